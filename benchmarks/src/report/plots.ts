import { type Panel, plot } from './plot.ts'
import { digits, type Figure, type Result } from './results.ts'

/** The pictures of docs/performance.md: file name to SVG. A suite that has no result has none. */
export async function drawPlots(results: Result[]): Promise<Map<string, string>> {
  const rows = (suite: string): Figure[] =>
    results.find((result) => result.suite === suite)?.rows ?? []
  const pictures: [name: string, description: string, panels: Panel[]][] = [
    ['read', 'Events read per second', rates(rows('read'))],
    ['relay', 'Events sent per second', rates([...rows('relay'), ...rows('encode')])],
    ['size', 'Size of a bundle', sizes(rows('size'))],
  ]
  const files = new Map<string, string>()
  for (const [name, description, panels] of pictures) {
    if (panels.length > 0) files.set(`performance-${name}.svg`, await plot(description, panels))
  }
  return files
}

function rates(figures: Figure[]): Panel[] {
  return [...Map.groupBy(figures, ({ table }) => table)].map(([table, rows]) => ({
    title: `Events per second: ${table}`,
    bars: rows.map(({ name, median }) => {
      const value = 1e6 / median
      const label = value >= 1e6 ? `${digits(value / 1e6)} M` : `${digits(value / 1e3)} k`
      return { name, value, label }
    }),
  }))
}

function sizes(figures: Figure[]): Panel[] {
  if (figures.length === 0) return []
  const bars = figures.map(({ name, median }) => ({
    name,
    value: median,
    label: `${digits(median)} kB`,
  }))
  return [{ title: 'Size of a bundle, minified and compressed', bars }]
}
