import { once } from 'node:events'
import {
  createBrotliCompress,
  createDeflate,
  createGzip,
  createZstdCompress,
  type ZlibOptions,
} from 'node:zlib'
import { chunkOf, lastChunk } from '@vectrade/test-kit/raw-server'
import { type AnswerForm, type Mode, type Stage, stages } from './answer-form.ts'

export type Framing = 'chunked' | 'length' | 'close'
export type Coding = 'gzip' | 'br' | 'zstd' | 'deflate'

/** How an answer is sent. */
export interface Shape {
  /** How the body's end is marked. Default `chunked`. */
  framing?: Framing
  version?: '1.0' | '1.1'
  coding?: Coding
  /** Further header lines. */
  headers?: readonly string[]
  /** Bytes to insert into the body at the stage. They are the first bytes of the rest. */
  insert?: Buffer
}

/** The text of the answer, each piece an event. */
const pieces = [
  'Demand is ahead of supply',
  ', margins hold at 75 %',
  ' – and ',
  'the moat “stays”.',
]

export function answerText(times = 1): string {
  return pieces.join('').repeat(times)
}

/** Returns the answer in pieces. For a stream, each piece is an event. */
export function answerParts(mode: Mode, times = 1): Buffer[] {
  if (mode === 'analyze') {
    const json = Buffer.from(JSON.stringify({ content: answerText(times), usage: {} }))
    const size = Math.ceil(json.length / 5)
    return Array.from({ length: 5 }, (_, at) => json.subarray(at * size, (at + 1) * size))
  }
  const texts = Array.from({ length: times }, () => pieces).flat()
  const events = [...texts.map((content) => ({ type: 'text', content })), { type: 'done' }]
  return events.map((event, at) =>
    Buffer.from(`${mode === 'resume' ? `id: ${at + 1}\n` : ''}data: ${JSON.stringify(event)}\n\n`),
  )
}

/** The bytes of an answer before and after a stage. */
export interface Split {
  before: Buffer
  after: Buffer
}

/** Returns the bytes of an answer in a shape, split at a stage. */
export async function splitAnswer(
  { mode = 'stream', times = 1 }: AnswerForm,
  stage: Stage,
  shape: Shape = {},
): Promise<Split> {
  const { framing = 'chunked', coding } = shape
  const [first = Buffer.of(), second = Buffer.of(), ...others] = answerParts(mode, times)
  const at = stages.indexOf(stage)
  const half = Math.ceil(second.length / 2)
  const plain = [first, second.subarray(0, half), second.subarray(half), ...others]
  const bodyAt = Math.max(0, (stage === 'after done' ? plain.length + 1 : at) - 1)
  if (shape.insert) plain.splice(bodyAt, 0, shape.insert)
  const { parts, tail } = coding ? await encode(plain, coding) : { parts: plain, tail: undefined }
  const length = [...parts, ...(tail ? [tail] : [])].reduce((sum, part) => sum + part.length, 0)
  const framed = framing === 'chunked' ? parts.map((part) => chunkOf(part)) : parts
  const end =
    framing === 'chunked'
      ? [...(tail ? [chunkOf(tail)] : []), Buffer.from(lastChunk)]
      : [tail ?? Buffer.of()]
  const all = [head(mode, shape, length), ...framed]
  const inserted = shape.insert ? 1 : 0
  const count = stage === 'after done' ? all.length - inserted : at
  return {
    before: Buffer.concat(all.slice(0, count)),
    after: Buffer.concat([...all.slice(count), ...end]),
  }
}

function head(mode: Mode, shape: Shape, length: number): Buffer {
  const { version = '1.1', framing = 'chunked', coding, headers = [] } = shape
  const lines = [
    `HTTP/${version} 200 OK`,
    `content-type: ${mode === 'analyze' ? 'application/json' : 'text/event-stream'}`,
    ...(framing === 'chunked' ? ['transfer-encoding: chunked'] : []),
    ...(framing === 'length' ? [`content-length: ${length}`] : []),
    ...(framing === 'close' && version === '1.1' ? ['connection: close'] : []),
    ...(coding ? [`content-encoding: ${coding}`] : []),
    ...(mode === 'resume' ? ['x-vectrade-stream-id: stored'] : []),
    ...headers,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}

/** Encodes with a flush after each part, so that all sent bytes can be decoded. */
async function encode(
  plain: readonly Buffer[],
  coding: Coding,
): Promise<{ parts: Buffer[]; tail: Buffer }> {
  const options: ZlibOptions = { level: 9 }
  const encoder = {
    gzip: () => createGzip(options),
    br: () => createBrotliCompress(),
    zstd: () => createZstdCompress(),
    deflate: () => createDeflate(options),
  }[coding]()
  let made: Buffer[] = []
  encoder.on('data', (bytes: Buffer) => made.push(bytes))
  const taken = (): Buffer => {
    const bytes = Buffer.concat(made)
    made = []
    return bytes
  }
  const parts: Buffer[] = []
  for (const part of plain) {
    encoder.write(part)
    await new Promise<void>((resolve) => encoder.flush(resolve))
    parts.push(taken())
  }
  encoder.end()
  await once(encoder, 'end')
  return { parts, tail: taken() }
}
