import { decodeEventStream } from '@vectrade/core'
import { type Candidate, interleave, timed } from '../measure.ts'
import {
  checkAnswer,
  chunksOf,
  type Payload,
  respond,
  toMessages,
  toNamedMessages,
} from '../payload.ts'
import { anthropic } from '../readers/anthropic.ts'
import { eventsourceParser } from '../readers/eventsource-parser.ts'
import type { Reader } from '../readers/reader.ts'
import { vectrade } from '../readers/vectrade.ts'
import { cost, type Form, type Row, speed, type Suite } from '../suite.ts'

const mebibyte = 2 ** 20
const pieces = 'one event of 8 MiB in 64-byte chunks'
const growth = 'one event in 64-byte chunks, of a source that makes them as they are read'

export const largeEvent: Suite = {
  name: 'large-event',
  what: 'one event that is one long line',
  goals: [
    {
      what: 'large event, speed against @anthropic-ai/sdk',
      measured: speed(pieces, 'vectrade', anthropic.name),
      atLeast: 100,
    },
    {
      what: 'large event, twice the line costs, times',
      measured: cost(growth, 'vectrade, 16 MiB', 'vectrade, 8 MiB'),
      atMost: 2.3,
    },
  ],
  run: async (form) => [...(await comparePieces(form)), ...(await compareLengths(form))],
}

async function comparePieces(form: Form): Promise<Row[]> {
  const length = form === 'long' ? 8 * mebibyte : mebibyte / 16
  const whole = eventOf(length)
  const half = eventOf(length / 2)
  const candidates = [
    piece(vectrade, vectrade.name, whole),
    piece(eventsourceParser, eventsourceParser.name, whole),
    piece(anthropic, anthropic.name, whole),
    // Whether its time grows with the length or with its square.
    piece(anthropic, `${anthropic.name}, 4 MiB`, half),
  ]
  return interleave(candidates, { table: pieces, unit: 'ms', rounds: form === 'long' ? 9 : 1 })
}

function eventOf(length: number): Payload {
  const text = 'x'.repeat(length)
  return {
    events: [JSON.stringify({ type: 'text', content: text })],
    expected: { events: 1, text, sources: '' },
  }
}

function piece(reader: Reader, name: string, payload: Payload): Candidate {
  const messages = reader.needsName ? toNamedMessages(payload) : toMessages(payload)
  const chunks = chunksOf(messages, 64)
  return timed({
    name,
    prepare: () => respond(chunks),
    run: (response) => reader.read(response),
    check: (answer) => checkAnswer(name, answer, payload.expected),
  })
}

/**
 * Twice the line should cost twice the time; a decoder that looks at or copies what it has seen
 * takes four times.
 */
async function compareLengths(form: Form): Promise<Row[]> {
  const candidates = [8, 16].map((size) => {
    const length = form === 'long' ? size * mebibyte : (size * mebibyte) / 16
    return timed({
      name: `vectrade, ${size} MiB`,
      prepare: () => lineOf(length),
      run: decode,
      check(decoded) {
        if (decoded !== 'x'.repeat(length)) throw new Error('decoded something else')
      },
    })
  })
  return interleave(candidates, { table: growth, unit: 'ms', rounds: form === 'long' ? 9 : 1 })
}

/** Made as it is read: memory that is full of chunks would be what is measured. */
function lineOf(length: number): ReadableStream<Uint8Array> {
  const chunk = new TextEncoder().encode('x'.repeat(64))
  const encoder = new TextEncoder()
  let sent = -1
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (sent < 0) controller.enqueue(encoder.encode('data: '))
        else if (sent < length) controller.enqueue(chunk)
        else {
          controller.enqueue(encoder.encode('\n\n'))
          controller.close()
        }
        sent += sent < 0 ? 1 : chunk.length
      },
    },
    { highWaterMark: 0 },
  )
}

async function decode(body: ReadableStream<Uint8Array>): Promise<string> {
  let decoded = ''
  for await (const { data } of decodeEventStream(body)) decoded += data
  return decoded
}
