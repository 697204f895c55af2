import { quantile } from '@vectrade/report/quantile'
import type { BroadcasterName } from '../fan-out/broadcasters.ts'
import type { Market } from '../fan-out/quotes.ts'
import { fanOut, weigh } from '../fan-out/run.ts'
import { interleave } from '../measure.ts'
import { cost, find, type Form, type Goal, type Row, type Suite } from '../suite.ts'

interface Case {
  what: string
  market: Market
  /** Events that are there at the same time. */
  burst: number
  isPartlyStalled?: boolean
}

const cases: Case[] = [
  { what: 'one event at a time', market: 'same', burst: 1 },
  { what: 'bursts of 20 events', market: 'same', burst: 20 },
  { what: 'each reader with symbols of its own, one event at a time', market: 'own', burst: 1 },
  {
    what: 'a tenth more readers that do not read, one event at a time',
    market: 'same',
    burst: 1,
    isPartlyStalled: true,
  },
]

const own = 'vectrade'
const peer = 'better-sse channels'
const loop = 'bare loop'
const joined = 'bare loop, a burst joined'
const crowds = [2000, 5000]

function deliveries({ what }: Case): string {
  return `deliveries per CPU second, ${what}`
}

function heap(readers: number): string {
  return `heap of a held reader, ${readers.toLocaleString('en')} readers`
}

const goals: Goal[] = [
  ...cases.flatMap((one): Goal[] => [
    {
      what: `${one.what}, deliveries against better-sse`,
      measured: cost(deliveries(one), own, peer),
      atLeast: 3,
    },
    {
      what: `${one.what}, deliveries against the bare loop`,
      measured: cost(deliveries(one), own, loop),
      atLeast: 0.7,
    },
  ]),
  ...crowds.map((readers): Goal => ({
    what: `${heap(readers)}, KiB over a bare response`,
    measured: (rows) => median(rows, heap(readers), own) - median(rows, heap(readers), loop),
    atMost: 8,
    unit: 'KiB',
  })),
]

function median(rows: Row[], table: string, name: string): number {
  return quantile(find(rows, table, name).samples, 0.5)
}

/** Real sockets: a process has the server, and another one the readers, which count their events. */
export const live: Suite = {
  name: 'live',
  what: "one feed to 2,000 readers of Server-Sent Events; the CPU time and the heap are the server's",
  goals,
  async run(form) {
    const rows: Row[] = []
    for (const one of cases) rows.push(...(await deliver(one, form)))
    for (const readers of crowds) rows.push(...(await hold(readers, form)))
    return rows
  },
}

function deliver(one: Case, form: Form): Promise<Row[]> {
  const { market, burst, isPartlyStalled = false } = one
  const [readers, warmUps, rounds, samples] = form === 'long' ? [2000, 4, 16, 5] : [20, 1, 1, 1]
  const stalled = isPartlyStalled ? readers / 10 : 0
  const options = { market, readers, stalled, warmUps, rounds, burst }
  const names: BroadcasterName[] = [own, peer, loop, ...(burst > 1 ? ([joined] as const) : [])]
  return interleave(
    names.map((name) => ({
      name,
      sample: async () => (await fanOut(name, options)) / 1000,
    })),
    { table: deliveries(one), unit: 'thousand', rounds: samples, warmUps: 0 },
  )
}

function hold(count: number, form: Form): Promise<Row[]> {
  const readers = form === 'long' ? count : count / 100
  const candidate = (name: BroadcasterName, market: Market, called: string = name) => ({
    name: called,
    sample: async () => (await weigh(name, { market, readers })) / 1024,
  })
  return interleave(
    [
      candidate(own, 'same'),
      candidate(own, 'own', 'vectrade, each reader with symbols of its own'),
      candidate(peer, 'same'),
      candidate(loop, 'same'),
    ],
    { table: heap(count), unit: 'KiB', rounds: form === 'long' ? 3 : 1, warmUps: 0 },
  )
}
