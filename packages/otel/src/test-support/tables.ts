import type { SeenMetric, SeenSpan } from './telemetry.ts'

/** Returns the attributes and the events of spans as Markdown. */
export function spanTable(spans: Readonly<Record<string, SeenSpan>>): string {
  const names = Object.keys(spans)
  const cells = (row: string, valueOf: (span: SeenSpan) => unknown): string[] => [
    row,
    ...names.map((name) => cell(valueOf(spans[name] as SeenSpan))),
  ]
  const attributes = new Set(Object.values(spans).flatMap((span) => Object.keys(span.attributes)))
  const events = new Set(
    Object.values(spans).flatMap((span) =>
      span.events.flatMap(({ name, attributes: all }) =>
        Object.keys(all).map((key) => `${name} ${key}`),
      ),
    ),
  )
  return table([
    ['', ...names],
    cells('name', ({ name }) => name),
    cells('kind', ({ kind }) => kind),
    cells('status', ({ isError }) => (isError ? 'ERROR' : 'UNSET')),
    ...Array.from(attributes, (key) => cells(`\`${key}\``, (span) => span.attributes[key])),
    ...Array.from(events, (pair) => {
      const [event, key = ''] = pair.split(' ')
      return cells(`event \`${event}\`, \`${key}\``, (span) =>
        span.events.map(({ attributes: all }) => all[key]).at(0),
      )
    }),
  ])
}

/** Returns metrics as Markdown. */
export function metricTable(metrics: readonly SeenMetric[]): string {
  return table([
    ['Metric', 'Kind', 'Unit', 'Attributes besides the common ones'],
    ...metrics.map(({ name, unit, series }) => [
      `\`${name}\``,
      typeof series[0]?.value === 'number' ? 'counter' : 'histogram',
      `\`${unit}\``,
      [...new Set(series.flatMap(({ attributes }) => Object.keys(attributes)))]
        .filter((key) => !/^(?:gen_ai\.(?:operation|provider)\.name|server\.\w+)$/.test(key))
        .map((key) => `\`${key}\``)
        .join(', '),
    ]),
  ])
}

/** Returns the value of an attribute, without what differs from run to run. */
function cell(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value === 'number' && !Number.isInteger(value)) return 'seconds'
  return typeof value === 'string' ? `\`${value}\`` : `\`${JSON.stringify(value)}\``
}

/** Aligned as the formatter does it. */
function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => (row[at] ?? '').length)),
  )
  const line = (row: string[]): string =>
    `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [
    line(head),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...body.map(line),
  ].join('\n')
}
