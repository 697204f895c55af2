import { colors, type PanelSpec, svg } from '@vectrade/report/svg'

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

/** Horizontal bars, those of this SDK in a color of their own. Goes with light and dark pages. */
export function plot(description: string, panels: Panel[]): Promise<string> {
  return svg(description, panels.map(toPanel))
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
            condition: { test: 'datum.own', value: colors.own[0] },
            value: colors.peer[0],
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 12, color: colors.muted[0] },
        encoding: { text: { field: 'label', type: 'nominal' } },
      },
    ],
  }
}
