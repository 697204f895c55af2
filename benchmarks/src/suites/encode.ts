import { encodeEvent } from '@vectrade/core'
import { createEventBuffer } from 'better-sse'
import { SSEStreamingApi } from 'hono/streaming'
import { interleave, timed } from '../measure.ts'
import { checkAnswer, createPayload } from '../payload.ts'
import { decodeAnswer, readBytes } from '../relays/bytes.ts'
import { type Goal, speed, type Suite } from '../suite.ts'

interface Encoder {
  name: string
  encode(events: string[]): string[] | Uint8Array[] | Promise<Uint8Array[]>
}

const encoder = new TextEncoder()

/** Span: the text of each event. */
const text: Encoder = {
  name: 'vectrade encodeEvent',
  encode: (events) => events.map((data) => encodeEvent({ data })),
}

/** Span: the bytes of each event. */
const bytes: Encoder = {
  name: 'vectrade encodeEvent, as bytes',
  encode: (events) => events.map((data) => encoder.encode(encodeEvent({ data }))),
}

/** Span: what hono's holds, its two streams around our text. */
const streamed: Encoder = {
  name: "vectrade encodeEvent, through hono's streams",
  encode: (events) =>
    drain(async (stream) => {
      for (const data of events) await stream.write(encodeEvent({ data }))
    }),
}

/** Span: the text of each event, taken out one by one as its sessions do. Data is JSON already. */
const betterSse: Encoder = {
  name: 'better-sse EventBuffer.data',
  encode(events) {
    const buffer = createEventBuffer({ serializer: String })
    return events.map((data) => {
      const message = buffer.data(data).dispatch().read()
      buffer.clear()
      return message
    })
  },
}

/** Likewise, with what its sessions add: an event's name and a random UUID as its id. */
const betterSsePush: Encoder = {
  name: 'better-sse EventBuffer.push',
  encode(events) {
    const buffer = createEventBuffer({ serializer: String })
    return events.map((data) => {
      const message = buffer.push(data).read()
      buffer.clear()
      return message
    })
  },
}

/** Span: the bytes of each event, through the two streams that it writes to; it has no part without. */
const hono: Encoder = {
  name: 'hono writeSSE',
  encode: (events) =>
    drain(async (stream) => {
      for (const data of events) await stream.writeSSE({ data })
    }),
}

async function drain(write: (stream: SSEStreamingApi) => Promise<void>): Promise<Uint8Array[]> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const stream = new SSEStreamingApi(writable, readable)
  const written = write(stream).then(() => stream.close())
  const chunks = await readBytes(new Response(stream.responseReadable))
  await written
  return chunks
}

const table = 'one event to Server-Sent Events'

const goals: Goal[] = [
  {
    what: 'speed against better-sse, text',
    measured: speed(table, text.name, betterSse.name),
    atLeast: 2,
  },
  {
    what: 'speed against hono, through the same streams',
    measured: speed(table, streamed.name, hono.name),
    atLeast: 2,
  },
]

export const encode: Suite = {
  name: 'encode',
  what: 'events that are JSON already to Server-Sent Events; hono to bytes in a stream, else as named',
  goals,
  async run(form) {
    const [size, rounds, warmUps] = form === 'long' ? [20_000, 40, 6] : [500, 2, 1]
    const { events, expected } = createPayload(size)
    const candidates = [text, betterSse, betterSsePush, bytes, streamed, hono]
    return interleave(
      candidates.map((candidate) =>
        timed({
          name: candidate.name,
          prepare: () => events,
          run: () => candidate.encode(events),
          check: async (messages) =>
            checkAnswer(
              candidate.name,
              await decodeAnswer(
                messages.map((message) =>
                  typeof message === 'string' ? encoder.encode(message) : message,
                ),
                { isComplete: false },
              ),
              expected,
            ),
          per: expected.events / 1000,
        }),
      ),
      { table, unit: 'µs/event', rounds, warmUps },
    )
  },
}
