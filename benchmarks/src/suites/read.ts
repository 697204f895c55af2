import { interleave, timed } from '../measure.ts'
import { createPayload } from '../payload.ts'
import { ai } from '../readers/ai.ts'
import { anthropic } from '../readers/anthropic.ts'
import { eventsourceClient } from '../readers/eventsource-client.ts'
import { eventsourceParser } from '../readers/eventsource-parser.ts'
import { fetchEventSource } from '../readers/fetch-event-source.ts'
import { floor } from '../readers/floor.ts'
import { openai } from '../readers/openai.ts'
import { cut, large, reading, single } from '../readers/reading.ts'
import { finalText, textStream, vectrade } from '../readers/vectrade.ts'
import { type Goal, speed, type Suite } from '../suite.ts'

const peerGoals: [table: string, peer: string, atLeast: number][] = [
  [large, openai.name, 6],
  [large, anthropic.name, 3.5],
  [large, ai.name, 10],
  [large, floor.name, 0.85],
  [single, openai.name, 4],
  [single, anthropic.name, 2],
  [single, ai.name, 8],
  [single, floor.name, 0.75],
]

const textGoals = [large, single].flatMap((table) =>
  ['textStream', 'finalText'].map((name): Goal => ({
    what: `${name}, speed against the events, ${table}`,
    measured: speed(table, `vectrade ${name}`, vectrade.name),
    atLeast: 1,
  })),
)

/** From a response to all of its events, each client made anew as it is for a request. */
export const read: Suite = {
  name: 'read',
  what: 'a response read to its end, its events parsed',
  goals: peerGoals
    .map(([table, peer, atLeast]): Goal => ({
      what: `speed against ${peer}, ${table}`,
      measured: speed(table, vectrade.name, peer),
      atLeast,
    }))
    .concat(textGoals),
  async run(form) {
    // A server has read many answers: its code is compiled.
    const [size, times, rounds, warmUps] = form === 'long' ? [2000, 10, 30, 10] : [200, 1, 2, 1]
    const payload = createPayload(size)
    const readers = [
      vectrade,
      textStream,
      finalText,
      floor,
      eventsourceParser,
      eventsourceClient,
      fetchEventSource,
      openai,
      anthropic,
      ai,
    ]
    const rows = []
    for (const table of [large, single] as const) {
      const chunks = cut(table, payload)
      const candidates = readers.map((reader) =>
        timed({ ...reading(reader, chunks, payload), times }),
      )
      rows.push(...(await interleave(candidates, { table, unit: 'µs/event', rounds, warmUps })))
    }
    return rows
  },
}
