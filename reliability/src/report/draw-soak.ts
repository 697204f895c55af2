import { colors, type PanelSpec, svg } from '@vectrade/report/svg'
import type { Sample } from '../soak/run-soak.ts'

interface Line {
  name: string
  field: keyof Sample
  color: string
}

/** Draws the memory, the sockets and the time to the first event during a soak. */
export function drawSoak(samples: readonly object[]): Promise<string> {
  const [own, peer] = [colors.own[0], colors.peer[0]]
  return svg('Memory, open sockets and the time to the first event during the soak', [
    panel('Memory that is held after a collection (MB)', samples, [
      { name: 'server', field: 'server', color: own },
      { name: 'clients', field: 'clients', color: peer },
    ]),
    panel('Open sockets of both', samples, [{ name: 'sockets', field: 'sockets', color: own }]),
    panel('Time to the first event, p99 (ms)', samples, [
      { name: 'p99', field: 'firstEvent', color: own },
    ]),
  ])
}

function panel(title: string, samples: readonly object[], lines: Line[]): PanelSpec {
  const axis = { titleColor: colors.muted[0], tickColor: colors.muted[0], domain: false }
  const last = samples.at(-1)
  return {
    title,
    data: { values: [...samples] },
    width: 480,
    height: 110,
    layer: [
      ...lines.map(({ field, color }) => ({
        mark: { type: 'line' as const, stroke: color, strokeWidth: 1.5 },
        encoding: {
          x: {
            field: 'time',
            type: 'quantitative' as const,
            axis: { ...axis, title: 's', grid: false },
          },
          y: {
            field,
            type: 'quantitative' as const,
            scale: { zero: true },
            axis: { ...axis, title: null, grid: false, tickCount: 4 },
          },
        },
      })),
      ...(lines.length > 1
        ? lines.map(({ name, field, color }) => ({
            data: { values: last === undefined ? [] : [{ ...last, name }] },
            mark: {
              type: 'text' as const,
              align: 'left' as const,
              dx: 6,
              fontSize: 12,
              fill: color,
            },
            encoding: {
              x: { field: 'time', type: 'quantitative' as const },
              y: { field, type: 'quantitative' as const },
              text: { field: 'name', type: 'nominal' as const },
            },
          }))
        : []),
    ],
  }
}
