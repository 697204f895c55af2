import { interleave, timed } from '../measure.ts'
import {
  checkAnswer,
  chunkPerEvent,
  chunksOf,
  createPayload,
  type Payload,
  respond,
  toMessages,
} from '../payload.ts'
import { decodeAnswer, readBytes } from '../relays/bytes.ts'
import { ai } from '../relays/ai.ts'
import { betterSse } from '../relays/better-sse.ts'
import { hono } from '../relays/hono.ts'
import { toEvents } from '../relays/relay.ts'
import { decodeAndEncode, passThrough, pipe, raw, vectrade } from '../relays/vectrade.ts'
import { find, type Goal, type Row, speed, type Suite } from '../suite.ts'
import { quantile } from '@vectrade/report/quantile'

const helpers = 'the same events to a response'
const through = 'an upstream answer passed through, 16 KiB chunks'
const throughLive = 'an upstream answer passed through, one event per chunk'
const peers = [ai, hono, betterSse]

const goals: Goal[] = [
  { what: 'speed against the fastest helper', measured: againstFastest, atLeast: 3 },
  {
    what: 'passing through, speed against a pipe',
    measured: speed(through, passThrough.name, pipe.name),
    atLeast: 0.5,
  },
]

function againstFastest(rows: Row[]): number {
  const [fastest] = peers
    .map(({ name }) => find(rows, helpers, name))
    .toSorted((a, b) => quantile(a.samples, 0.5) - quantile(b.samples, 0.5))
  return speed(helpers, vectrade.name, fastest!.name)(rows)
}

/** What a server does between a model and a page. The span ends with the body's last byte. */
export const relay: Suite = {
  name: 'relay',
  what: 'events to the bytes of a response, read to its end',
  goals,
  async run(form) {
    const [size, rounds, warmUps] = form === 'long' ? [2000, 60, 10] : [200, 2, 1]
    const payload = createPayload(size)
    const events = toEvents(payload)
    const rows = await interleave(
      [vectrade, ...peers].map(({ name, start, isEndless = false }) =>
        timed({
          name,
          prepare: () => events,
          run: async () => readBytes(await start(events)),
          check: async (bytes) =>
            checkAnswer(
              name,
              await decodeAnswer(bytes, { isComplete: !isEndless }),
              payload.expected,
            ),
          per: payload.expected.events / 1000,
        }),
      ),
      { table: helpers, unit: 'µs/event', rounds, warmUps },
    )

    // Ten times as long, so that making two responses takes only a small part of the time.
    const long = createPayload(size * 10)
    const bulk = chunksOf(toMessages(long), 16 * 1024)
    const live = chunkPerEvent(toMessages(payload))
    rows.push(...(await passOn(through, bulk, long, Math.ceil(rounds / 3))))
    rows.push(...(await passOn(throughLive, live, payload, rounds)))
    return rows
  },
}

function passOn(
  title: string,
  chunks: Uint8Array[],
  { expected }: Payload,
  rounds: number,
): Promise<Row[]> {
  const candidates = [pipe, raw, passThrough, decodeAndEncode].map(({ name, start }) =>
    timed({
      name,
      prepare: () => respond(chunks),
      run: async (response) => readBytes(start(response)),
      check: async (bytes) =>
        checkAnswer(name, await decodeAnswer(bytes, { isComplete: true }), expected),
      per: expected.events / 1000,
    }),
  )
  return interleave(candidates, {
    table: title,
    unit: 'µs/event',
    rounds,
    warmUps: Math.ceil(rounds / 6),
  })
}
