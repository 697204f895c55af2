import { type Name, readers, relays } from '../fresh/contestants.ts'
import { type Read, type Took, withAnswer } from '../fresh/order.ts'
import { interleaveRuns } from '../measure.ts'
import { createPayload, type Variant, type Writing } from '../payload.ts'
import { large as inChunks, single } from '../readers/reading.ts'
import { cpuTimeOf, type Form, type Goal, ratio, type Row, type Suite } from '../suite.ts'
import { quantile } from '@vectrade/report/quantile'

type How = typeof inChunks | typeof single

const writings: Writing[] = ['with spaces', 'content first', 'type first']
const variants = writings.flatMap((writing) => [
  { case: writing, variant: { writing } },
  { case: `${writing}, ASCII`, variant: { writing, isAscii: true } },
]) satisfies { case: string; variant: Variant }[]

interface Size {
  title: string
  events: number
  /** How many answers a process reads; of more than one, those after the third are a table of their own. */
  answers: number
  rounds: number
}

const sizes: Record<Form, Size[]> = {
  long: [
    { title: '60,000 events', events: 60_000, answers: 7, rounds: 5 },
    { title: '600,000 events', events: 600_000, answers: 1, rounds: 3 },
  ],
  short: [
    { title: '60,000 events', events: 60, answers: 7, rounds: 1 },
    { title: '600,000 events', events: 600, answers: 1, rounds: 1 },
  ],
}

const peerGoals: [how: How, peer: Name, atLeast: number][] = [
  [inChunks, 'floor (bare loop)', 0.6],
  [inChunks, 'openai', 5],
  [inChunks, '@anthropic-ai/sdk', 2.2],
  [inChunks, 'ai', 8],
  [single, 'floor (bare loop)', 0.75],
  [single, 'openai', 2.9],
  [single, '@anthropic-ai/sdk', 1.6],
  [single, 'ai', 4.7],
]

/** Long answers, which outgrow the part of the heap that is collected cheaply. */
export const large: Suite = {
  name: 'large',
  what: 'long answers, each run a fresh process; later answers are the median of the fourth to seventh',
  goals: [
    ...peerGoals.map(([how, peer, atLeast]): Goal => ({
      what: `least speed against ${peer}, ${laterOf(how)}`,
      measured: (rows) => Math.min(...speeds(rows, laterOf(how), peer)),
      atLeast,
    })),
    {
      what: `furthest run from its median, ${laterOf(inChunks)}`,
      measured: (rows) => 100 * furthest(rows, laterOf(inChunks)),
      atMost: 25,
      unit: '%',
    },
  ],
  async run(form) {
    const rows: Row[] = []
    for (const size of sizes[form]) {
      // The tests run one of them: each figure takes a process.
      for (const { case: name, variant } of form === 'long' ? variants : variants.slice(0, 1)) {
        const payload = createPayload(size.events, variant)
        await withAnswer(payload, async (read) => {
          for (const how of [inChunks, single] as const) {
            const measure = (names: Name[], title: string): Promise<Row[]> =>
              compare(names, { read, how, title, size, name, events: payload.events.length })
            rows.push(...(await measure(readers, size.title)))
            if (size.answers > 1) {
              rows.push(...(await measure(relays, `${size.title} passed on`)))
            }
          }
        })
      }
    }
    return [...Map.groupBy(rows, ({ table }) => table).values()].flat()
  },
}

interface Comparison {
  read: Read
  how: How
  title: string
  size: Size
  /** Of the case. */
  name: string
  events: number
}

function compare(names: Name[], comparison: Comparison): Promise<Row[]> {
  const { read, how, title, size, name: caseName, events } = comparison
  const { answers, rounds } = size
  const perEvent = 1000 / events
  return interleaveRuns(
    names.map((name) => ({
      name,
      async run() {
        const took = await read({ name, how, answers })
        const table = `${title}, ${how}`
        if (answers === 1) return toFigures(table, took, perEvent)
        return {
          ...toFigures(`${table}, first answer`, took.slice(0, 1), perEvent),
          ...toFigures(`${table}, later answers`, took.slice(3), perEvent),
        }
      },
    })),
    { unit: 'µs/event', rounds, warmUps: 0, case: caseName },
  )
}

function toFigures(table: string, took: Took[], factor: number): Record<string, number> {
  const median = (kind: keyof Took): number =>
    quantile(
      took.map((time) => time[kind] * factor),
      0.5,
    )
  return { [table]: median('wall'), [cpuTimeOf(table)]: median('cpu') }
}

function laterOf(how: How): string {
  return `60,000 events, ${how}, later answers`
}

/** How many times as fast as the peer we are, in each case of a table. */
function speeds(rows: Row[], table: string, peer: Name): number[] {
  const own = rows.filter((row) => row.table === table && row.name === 'vectrade')
  return own.map((row) => {
    const other = rows.find(
      ({ table: where, case: which, name }) =>
        where === table && which === row.case && name === peer,
    )
    if (other === undefined) throw new Error(`no row "${peer}" in "${table}"`)
    return ratio(other, row)
  })
}

/** How far our runs lie from their medians, at most, as a part of these. */
function furthest(rows: Row[], table: string): number {
  const distances = rows
    .filter((row) => row.table === table && row.name === 'vectrade')
    .flatMap(({ samples }) => {
      const middle = quantile(samples, 0.5)
      return samples.map((sample) => Math.abs(sample / middle - 1))
    })
  return Math.max(...distances)
}
