import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

export interface Panel {
  title: string
  bars: Bar[]
}

interface Bar {
  name: string
  value: number
  /** What is written behind the bar. */
  label: string
}

// As in docs/images/resumable-streams.svg: each colour, and what it is on a dark page.
const colours = {
  text: ['#1f2933', '#e6ebe9'],
  muted: ['#5b6770', '#9fb0aa'],
  own: ['#0b6e5b', '#66cdb4'],
  peer: ['#9aa5a1', '#6b7773'],
} as const

type PanelSpec = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number]

interface TextMetrics {
  width(item: { fontSize?: number }, text: unknown): number
}

// Without a canvas Vega takes every letter for a wide one, and leaves a third of the picture empty.
// Its types do not have this.
const { textMetrics } = vega as unknown as { textMetrics: TextMetrics }
textMetrics.width = ({ fontSize = 12 }, text) => String(text).length * fontSize * 0.64

const font = 'system-ui, sans-serif'

/** Horizontal bars, those of this SDK in a colour of their own. Goes with light and dark pages. */
export async function plot(description: string, panels: Panel[]): Promise<string> {
  const spec: TopLevelSpec = {
    vconcat: panels.map(toPanel),
    spacing: 28,
    // No background: the page's own shows through.
    background: 'transparent',
    padding: 8,
    config: {
      font,
      view: { stroke: null },
      title: { anchor: 'start', frame: 'group', fontSize: 14, color: colours.text[0], offset: 8 },
      axis: { labelColor: colours.text[0], labelFontSize: 13, labelLimit: 0 },
    },
  }
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  return `${svg.replace(/<svg[^>]*>/, (tag) => open(tag, description) + style())}\n`
}

function toPanel({ title, bars }: Panel): PanelSpec {
  const longest = Math.max(...bars.map(({ value }) => value))
  return {
    title,
    data: { values: bars.map((bar) => ({ ...bar, own: bar.name.includes('vectrade') })) },
    width: 360,
    height: { step: 24 },
    encoding: {
      y: {
        field: 'name',
        type: 'nominal',
        sort: null,
        axis: { title: null, domain: false, ticks: false, labelPadding: 8 },
      },
      x: {
        field: 'value',
        type: 'quantitative',
        axis: null,
        // Room for the label of the longest bar.
        scale: { domain: [0, longest * 1.2], nice: false },
      },
    },
    layer: [
      {
        mark: { type: 'bar', height: 16, cornerRadiusEnd: 2 },
        encoding: {
          fill: {
            condition: { test: 'datum.own', value: colours.own[0] },
            value: colours.peer[0],
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 12, color: colours.muted[0] },
        encoding: { text: { field: 'label', type: 'nominal' } },
      },
    ],
  }
}

/** Vega scales by width and height alone; a page gives less room than that at times. */
function open(tag: string, description: string): string {
  const title = description.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `${tag.replace('>', ' role="img" aria-labelledby="title">')}<title id="title">${title}</title>`
}

/** A style wins over the attributes that Vega writes colours in. */
function style(): string {
  const rules = Object.values(colours).map(
    ([light, dark]) => `[fill="${light}"] { fill: ${dark}; }`,
  )
  return `<style>@media (prefers-color-scheme: dark) { ${rules.join(' ')} }</style>`
}
