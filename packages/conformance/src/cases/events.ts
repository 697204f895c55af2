import { type StreamEvent, StreamInterruptedError, StreamProtocolError } from '@vectrade/core'
import type { Fault } from '@vectrade/sandbox/handler'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { collect } from './bytes.ts'
import { type Cases, forEach, rejection } from './cases.ts'

const prompt = '¿NVDA, 台積電, 📈?'

/** Faults that change only the bytes of an answer, and not its events. */
const sameAnswer: Fault[] = [
  { chunkBytes: 1 },
  { chunkBytes: 7 },
  { chunkBytes: 1_000_000 },
  { lineEnding: 'crlf' },
  { lineEnding: 'cr', chunkBytes: 3 },
  { bom: true },
  { ids: true, retry: 10 },
  { noDoneMarker: true },
  { stallAfterEvents: 3, stallFor: 100, heartbeat: 10 },
  { linger: true },
]

const frames: Fault[] = [
  { frame: 'empty', frameAfterEvents: 3 },
  { frame: 'empty-id', frameAfterEvents: 3 },
  { frame: 'empty-id', frameAfterEvents: 0, chunkBytes: 1 },
]

/** Events that come over a real connection. */
export function events(lab: Lab): Cases {
  const eventsOf = async (fault: Fault): Promise<StreamEvent[]> =>
    collect((await lab.ask(fault, { prompt })).stream)

  return {
    async 'every type comes as what it is, and each has content'() {
      const all = await eventsOf({ unknownAfterEvents: 2 })
      const of = (type: string): StreamEvent[] => all.filter((event) => event.type === type)
      assert.deepEqual([...new Set(all.map(({ type }) => type))].toSorted(), [
        'citation',
        'done',
        'metadata',
        'text',
        'unknown',
      ])
      for (const event of all) assert.isString(event.content)
      for (const event of all) assert.equal(event.content === '', event.type !== 'text')
      for (const event of of('citation')) assert.containsAllKeys(event, ['source', 'url'])
      assert.propertyVal(of('metadata')[0], 'model', 'vectrade-sandbox-simulated')
      assert.hasAnyKeys(of('done')[0], ['usage'])
      assert.equal(all.at(-1)?.type, 'done')
    },

    async 'what is newer than this SDK is passed on whole'() {
      const unknown = (await eventsOf({ unknownAfterEvents: 1 })).filter(
        (event) => event.type === 'unknown',
      )
      assert.equal(unknown.length, 2)
      for (const event of unknown) assert(event.wireType !== '' && event.data !== undefined)
    },

    ...forEach(
      sameAnswer,
      (fault) => `the same answer with ${JSON.stringify(fault)}`,
      async (fault) => {
        const [given, plain] = await Promise.all([eventsOf(fault), eventsOf({})])
        assert.deepEqual(given, plain)
      },
    ),

    ...forEach(
      frames,
      (fault) => `a frame that carries no event is skipped: ${JSON.stringify(fault)}`,
      async (fault) => {
        const [given, plain] = await Promise.all([eventsOf(fault), eventsOf({})])
        assert.deepEqual(given, plain)
      },
    ),

    async 'a named event that is no JSON is passed on as text'() {
      const given = await eventsOf({ frame: 'ping', frameAfterEvents: 2 })
      const [ping] = given.splice(2, 1)
      assert.include(ping, { type: 'unknown', wireType: 'ping' })
      assert.isString(ping?.type === 'unknown' && ping.data)
      assert.deepEqual(given, await eventsOf({}))
    },

    async 'without a done event, [DONE] ends the answer'() {
      const all = await eventsOf({ noDoneEvent: true })
      assert.equal(all.at(-1)?.type === 'done', false)
      assert.isAbove(all.length, 3)
    },

    async 'a body that ends before its answer is a broken answer'() {
      const { stream } = await lab.ask({ noDoneEvent: true, noDoneMarker: true, ids: true })
      const error = await rejection(stream.finalText(), StreamInterruptedError)
      assert.isAbove(error.partial?.text.length ?? 0, 10)
      assert.isAbove(error.partial?.citations.length ?? 0, 0)
      assert.match(String(error.partial?.lastEventId), /^\d+$/)
    },

    async 'an event that is no JSON is an error that keeps what came before'() {
      const { stream } = await lab.ask({ malformedAfterEvents: 4 })
      const seen: StreamEvent[] = []
      const error = await rejection(
        (async () => {
          for await (const event of stream) seen.push(event)
        })(),
        StreamProtocolError,
      )
      assert.equal(seen.length, 4)
      assert.equal(error.partial?.text, seen.map(({ content }) => content).join(''))
    },

    async 'an event over the limit is an error'() {
      const { stream } = await lab.ask({ oversize: 100_000 }, { client: { maxEventBytes: 50_000 } })
      const error = await rejection(stream.finalText(), StreamProtocolError)
      assert.include(error.message, '50000')
    },
  }
}
