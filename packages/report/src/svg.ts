import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

export type PanelSpec = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number]

/** Colors for light and for dark pages. docs/images/resumable-streams.svg has the same ones. */
export const colors = {
  text: ['#1f2933', '#e6ebe9'],
  muted: ['#5b6770', '#9fb0aa'],
  own: ['#0b6e5b', '#66cdb4'],
  peer: ['#9aa5a1', '#6b7773'],
} as const

interface TextMetrics {
  width(item: { fontSize?: number }, text: unknown): number
}

// Without a canvas, Vega assumes that all letters are wide, and leaves a third of the picture
// empty. Vega's types do not have this property.
const { textMetrics } = vega as unknown as { textMetrics: TextMetrics }
textMetrics.width = ({ fontSize = 12 }, text) => String(text).length * fontSize * 0.64

/** Draws panels, one under the other, for light and dark pages. */
export async function svg(description: string, panels: PanelSpec[]): Promise<string> {
  const spec: TopLevelSpec = {
    vconcat: panels,
    spacing: 28,
    // The background of the page shows through.
    background: 'transparent',
    padding: 8,
    config: {
      font: 'system-ui, sans-serif',
      view: { stroke: null },
      title: { anchor: 'start', frame: 'group', fontSize: 14, color: colors.text[0], offset: 8 },
      axis: { labelColor: colors.text[0], labelFontSize: 13, labelLimit: 0 },
    },
  }
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' })
  const picture = await view.toSVG()
  view.finalize()
  return `${picture.replace(/<svg[^>]*>/, (tag) => open(tag, description) + style())}\n`
}

/** Vega sets only a fixed width and height. A page may have less room. */
function open(tag: string, description: string): string {
  const title = description.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `${tag.replace('>', ' role="img" aria-labelledby="title">')}<title id="title">${title}</title>`
}

/**
 * Returns the colors of dark pages. Vega writes colors as attributes, which a style overrides.
 */
function style(): string {
  const rules = Object.values(colors).map(
    ([light, dark]) =>
      `[fill="${light}"] { fill: ${dark}; } [stroke="${light}"] { stroke: ${dark}; }`,
  )
  return `<style>@media (prefers-color-scheme: dark) { ${rules.join(' ')} }</style>`
}
