import { expect, test } from 'vitest'
import { RateLimitError, StreamInterruptedError, VecTrade } from '../index.ts'
import { bodyOf, utf8 } from '../test-support/decoding.ts'
import { Body, catchError } from '../test-support/body.ts'
import { fromReadableStream } from './from.ts'

const piece = 'data: {"type":"text","content":"pièce"}\n\n'
const first = utf8(piece)
const bulk = piece.repeat(300)
const end = 'data: {"type":"done"}\n\ndata: [DONE]\n\n'

/** What is passed on of chunks from VecTrade. */
function relay(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  const headers = { 'content-type': 'text/event-stream' }
  const fetch = async (): Promise<Response> => new Response(bodyOf(chunks), { headers })
  return new VecTrade({ apiKey: 'vq_secret', fetch }).ai.stream('p').toReadableStream()
}

const textOf = (body: ReadableStream<Uint8Array>): Promise<string> => new Response(body).text()

test('bulk is passed on as it came, the very bytes', async () => {
  const chunks = [first, utf8(bulk), utf8(bulk)]
  const passed = await Array.fromAsync(relay(...chunks, utf8(end)))
  expect(passed).toContain(chunks[1])
  expect(passed).toContain(chunks[2])
  expect(await textOf(relay(...chunks, utf8(end)))).toBe(piece + bulk + bulk + end)
})

test('events that chunks cut are whole again', async () => {
  const bytes = utf8(bulk + bulk + bulk)
  const chunks = [
    first,
    bytes.subarray(0, 5001),
    bytes.subarray(5001, 11_002),
    bytes.subarray(11_002),
  ]
  const passed = await Array.fromAsync(relay(...chunks, utf8(end)))
  expect(passed.some(({ buffer }) => buffer === bytes.buffer)).toBe(true)
  expect(await textOf(relay(...chunks, utf8(end)))).toBe(piece + bulk + bulk + bulk + end)
})

test('an answer that is cut short in bulk is told so, behind its last whole event', async () => {
  const relayed = await textOf(relay(first, utf8(bulk), utf8(`${bulk}data: {"type":"te`)))
  expect(relayed.startsWith(`${piece}${bulk}${bulk}event: error\n`)).toBe(true)
  expect(relayed).toContain('The answer was cut short')
})

test.for([
  'event: error\ndata: {"error":{"type":"rate_limit_error","message":"vq_secret"}}\n\n',
  'data: {"type":"\\u0065rror","error":{"type":"rate_limit_error","message":"vq_secret"}}\n\n',
])('an error at the end of bulk is told without the key: %j', async (error) => {
  const relayed = await textOf(relay(first, utf8(bulk + error)))
  expect(relayed).not.toContain('vq_secret')
  const failure = await catchError(fromReadableStream(bodyOf([utf8(relayed)])).finalText())
  expect(failure).toBeInstanceOf(RateLimitError)
})

test.for([end, 'data: [DONE]\n\n', 'data: {"type":"done"}\n\n'])(
  'bulk that ends with %j ends the relay, the socket left open',
  async (ending) => {
    const body = new Body([piece, bulk + ending], 'hang')
    const relayed = await textOf(fromReadableStream(body.stream).toReadableStream())
    expect(relayed.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(relayed).not.toContain('event: error')
    expect(body.cancelled).toBe(1)
  },
)

const long = 'x'.repeat(300)

test('a last event of any length is looked at', async () => {
  const error = `data: {"error":{"type":"rate_limit_error","message":"${long} vq_secret"}}\n\n`
  const told = await textOf(relay(first, utf8(`${bulk}event: error\n${error}`)))
  expect(told).not.toContain('vq_secret')
  expect(told.match(/^event: error/gm)).toHaveLength(1)
  const done = `data: {"type":"done","usage":{"details":"${long}"}}\n\n`
  const body = new Body([piece, bulk + done], 'hang')
  const relayed = await textOf(fromReadableStream(body.stream).toReadableStream())
  expect(relayed).toBe(`${piece}${bulk}${done}data: [DONE]\n\n`)
})

test('events that end with other line breaks are not held back', async () => {
  const crlf = 'data: {"type":"text","content":"zz"}\r\n\r\n'
  for (const start of [piece, bulk]) {
    const relayed = await textOf(relay(first, utf8(start + crlf), utf8('data: [DONE]\r\n\r\n')))
    expect(relayed).toContain('"zz"')
    expect(relayed).not.toContain('event: error')
  }
})

test('a reader may transfer the bytes it got', async () => {
  const begun = utf8(`${bulk}data: {"type":"text","con`)
  const passed: string[] = []
  for await (const bytes of relay(first, begun, utf8(`tent":"LAST"}\n\n${bulk}`), utf8(end))) {
    passed.push(new TextDecoder().decode(bytes))
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  }
  expect(passed.join('')).toContain('LAST')
})

test('maxEventBytes holds in bulk', async () => {
  const event = `data: {"type":"text","content":"${'y'.repeat(5000)}"}\n\n`
  const stream = fromReadableStream(bodyOf([first, utf8(bulk + event + bulk)]), {
    maxEventBytes: 1000,
  })
  expect(await textOf(stream.toReadableStream())).toContain('event: error')
})

test('the text that only speaks of an end is no end', async () => {
  const spoken = 'data: {"type":"text","content":"an error, well done"}\n\n'
  const relayed = relay(first, utf8(bulk + spoken), utf8(bulk), utf8(end))
  expect(await textOf(relayed)).toBe(piece + bulk + spoken + bulk + end)
})

test('what reads no bytes gets events: a tee, a loop', async () => {
  const chunks = [first, utf8(bulk), utf8(end)]
  const [left, right] = fromReadableStream(bodyOf(chunks)).tee()
  const [relayed, text] = await Promise.all([textOf(left.toReadableStream()), right.finalText()])
  expect(relayed).toBe(piece + bulk + end)
  expect(text).toBe('pièce'.repeat(301))
  const cut = fromReadableStream(bodyOf([first, utf8(bulk)]))
  expect(await catchError(cut.finalText())).toBeInstanceOf(StreamInterruptedError)
})
