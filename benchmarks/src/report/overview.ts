// What docs/performance.md begins with: what a user feels, and how far the ratios of reading reach.
import { table } from '@vectrade/report/table'
import { isCpuTime } from '../suite.ts'
import { digits, type Figure, type Result } from './results.ts'

const peers = ['openai', '@anthropic-ai/sdk', 'ai'] as const

interface Feature {
  what: string
  suite: string
  table: string
  own: string
  /** The name of what does the least, where there is one. */
  least?: string
  /** What a peer is called in this table, where it is not its name. */
  called?: Partial<Record<(typeof peers)[number], string>>
}

const features: Feature[] = [
  {
    what: 'From the call to the first event',
    suite: 'first-event',
    table: 'from the call to the first event',
    own: 'vectrade',
    least: 'fetch',
  },
  {
    what: 'CPU time of an event of a live stream',
    suite: 'concurrent',
    table: 'CPU time of an event, many live streams at once',
    own: 'vectrade',
    least: 'fetch',
  },
  {
    what: 'Heap of an open stream',
    suite: 'memory',
    table: 'heap of an open stream',
    own: 'vectrade',
    least: 'fetch',
  },
  {
    what: 'Import and a first answer of 200 events, in a fresh process',
    suite: 'cold',
    table: 'import and the first answer, 200 events, one event per chunk',
    own: 'vectrade',
    least: 'floor (bare loop)',
  },
  {
    what: 'Size in a page',
    suite: 'size',
    table: 'a page that imports it',
    own: '@vectrade/browser',
    called: { ai: 'ai, only streamText' },
  },
]

/** The figures that a program's users, its server's owner or a page notices. */
export function felt(results: Result[]): string {
  const lines = features.map(({ what, suite, table: name, own, least, called }) => {
    const rows = rowsOf(results, suite).filter((row) => row.table === name)
    const cell = (candidate: string | undefined): string => {
      const row = rows.find((figure) => figure.name === candidate)
      return row === undefined ? '' : `${digits(row.median)} ${row.unit.replace('/event', '')}`
    }
    return [what, cell(own), cell(least)].concat(peers.map((peer) => cell(called?.[peer] ?? peer)))
  })
  const measured = lines.filter(([, own]) => own !== '')
  return table(['What', 'VecTrade', '`fetch`, a bare loop', ...peers], measured)
}

const states = [
  { title: 'Warm, short answers', suite: 'read' },
  { title: 'Cold', suite: 'cold' },
  { title: 'Large answers', suite: 'large' },
]

/** How many times as long as we others take to read, in the table where it is least and where it is most. */
export function extremes(results: Result[]): string {
  const lines = ['floor (bare loop)', ...peers].map((name) =>
    [name].concat(states.map(({ suite }) => rangeOf(rowsOf(results, suite), name))),
  )
  return table(['Against', ...states.map(({ title }) => title)], lines)
}

function rangeOf(rows: Figure[], name: string): string {
  const ratios = rows
    .filter((row) => row.name === name && !isCpuTime(row.table))
    .map(({ ratio }) => ratio)
  if (ratios.length === 0) return 'not measured'
  return `${digits(Math.min(...ratios))} … ${digits(Math.max(...ratios))} ×`
}

function rowsOf(results: Result[], suite: string): Figure[] {
  return results.find((result) => result.suite === suite)?.rows ?? []
}
