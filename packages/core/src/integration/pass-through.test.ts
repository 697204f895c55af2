import { describe, expect, test, vi } from 'vitest'
import { RateLimitError, StreamInterruptedError, VecTrade } from '../index.ts'
import { bodyOf, utf8 } from '../test-support/decoding.ts'
import { Body, catchError } from '../test-support/body.ts'
import { fromReadableStream } from '../stream/from-response.ts'

const piece = 'data: {"type":"text","content":"pièce"}\n\n'
const bulk = piece.repeat(300)
const end = 'data: {"type":"done"}\n\ndata: [DONE]\n\n'

/** Relays an answer of VecTrade with these chunks. */
function relay(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  const headers = { 'content-type': 'text/event-stream' }
  const fetch = async (): Promise<Response> => new Response(bodyOf(chunks), { headers })
  return new VecTrade({ apiKey: 'vq_secret', fetch }).ai.stream('p').toReadableStream()
}

const textOf = (body: ReadableStream<Uint8Array>): Promise<string> => new Response(body).text()

/** How servers write the same event. */
const writings = [
  piece,
  'data: {"content":"pièce","type":"text"}\n\n',
  'data: {"type": "text", "content": "pièce"}\n\n',
  'data: {"content": "pièce", "type": "text"}\n\n',
]

test.for(writings)(
  'many events like %j are passed on without a copy of their bytes',
  async (event) => {
    const many = event.repeat(300)
    const chunks = [utf8(event), utf8(many), utf8(many)]
    const parse = vi.spyOn(JSON, 'parse')
    const passed = await Array.fromAsync(relay(...chunks, utf8(end)))
    // The first event and a test of its shape, two ends, and the JSON of the client's request are parsed.
    expect(parse.mock.calls.length).toBeLessThan(10)
    parse.mockRestore()
    passed.slice(0, 3).forEach(({ buffer }, at) => expect(buffer).toBe(chunks[at]!.buffer))
    expect(await textOf(relay(...chunks, utf8(end)))).toBe(event + many + many + end)
  },
)

test('an event that is split between chunks is put together', async () => {
  const bytes = utf8(bulk + bulk + bulk)
  const chunks = [
    utf8(piece),
    bytes.subarray(0, 5001),
    bytes.subarray(5001, 11_002),
    bytes.subarray(11_002),
  ]
  const passed = await Array.fromAsync(relay(...chunks, utf8(end)))
  expect(passed.some(({ buffer }) => buffer === bytes.buffer)).toBe(true)
  expect(await textOf(relay(...chunks, utf8(end)))).toBe(piece + bulk + bulk + bulk + end)
})

test('a split event survives a reader that overwrites what it got, even if the chunks are Buffers', async () => {
  const bytes = utf8(bulk + bulk + bulk)
  const halves = [bytes.subarray(0, 5001), bytes.subarray(5001)].map((half) => Buffer.from(half))
  const chunks = [utf8(piece), ...halves, utf8(end)]
  let relayed = ''
  for await (const passed of relay(...chunks)) {
    relayed += new TextDecoder().decode(passed)
    new Uint8Array(passed.buffer).fill(0)
  }
  expect(relayed).toBe(piece + bulk + bulk + bulk + end)
})

test('an answer that is cut ends with an error after its last complete event', async () => {
  const relayed = await textOf(relay(utf8(piece), utf8(bulk), utf8(`${bulk}data: {"type":"te`)))
  expect(relayed.startsWith(`${piece}${bulk}${bulk}event: error\n`)).toBe(true)
  expect(relayed).toContain('The answer was cut short')
})

describe('an error', () => {
  const endings = [bulk, `${piece}${': keep-alive\n\n'.repeat(40)}`, end, '']
  test.for([
    'event: error\ndata: {"error":{"type":"rate_limit_error","message":"vq_secret"}}\n\n',
    'data: {"type":"error","error":{"type":"rate_limit_error","message":"vq_secret"}}\n\n',
    'data: {"error":{"type":"rate_limit_error","message":"vq_secret"},"type":"error"}\n\n',
    'data: {"type":"\\u0065rror","error":{"type":"rate_limit_error","message":"vq_secret"}}\n\n',
    'data: {"type":"text","content":"a","type":"error","error":{"type":"rate_limit_error","message":"vq_secret"}}\n\n',
  ])('is sent once and without the key at any position: %j', async (error) => {
    for (const before of ['', bulk]) {
      for (const after of endings) {
        const bytes = utf8(before + error + after)
        // The error is in one chunk, then in two.
        for (const cut of [0, utf8(before).length + 30]) {
          const chunks = [utf8(piece), bytes.slice(0, cut), bytes.slice(cut)]
          const relayed = await textOf(relay(...chunks))
          expect(relayed).not.toContain('vq_secret')
          expect(relayed.match(/^event: error/gm)).toHaveLength(1)
          expect(relayed.startsWith(`${piece}${before}event: error`)).toBe(true)
          const failure = await catchError(fromReadableStream(bodyOf([utf8(relayed)])).finalText())
          expect(failure).toBeInstanceOf(RateLimitError)
        }
      }
    }
  })
})

test('data that is not JSON is refused, also among many events', async () => {
  for (const wrong of [
    'oops vq_secret',
    '{"type":"text","content":"vq_secret',
    '{"type":"text","content":"a" vq_secret}',
    '{"type":"text","content":"vq_secret \\q"}',
    '{"type":"text","content":"vq_secret\u000e"}',
    '{"type":"citation",vq_secret}',
  ]) {
    for (const after of ['', bulk]) {
      const relayed = await textOf(relay(utf8(`${bulk}data: ${wrong}\n\n${after}${end}`)))
      expect(relayed).not.toContain('vq_secret')
      expect(relayed).toContain('bad_gateway')
    }
  }
})

test('an event that began in an earlier chunk is decoded', async () => {
  const rest = 'data: {"type":"text","content":"vq_secret"}\n\n'
  const relayed = await textOf(relay(utf8('event: error\n'), utf8(rest), utf8(end)))
  expect(relayed).toMatch(/^event: error\n/)
  expect(relayed).not.toContain('vq_secret')
})

test('an event with a line break inside its JSON is not passed on', async () => {
  for (const lineBreak of ['\n', '\r']) {
    const event = `data: {"type":"text","content":"${lineBreak}event: error${lineBreak}data: vq_secret"}\n\n`
    expect(await textOf(relay(utf8(bulk + event + bulk + end)))).not.toContain('vq_secret')
  }
})

test.for([end, 'data: [DONE]\n\n', 'data: {"type":"done"}\n\n'])(
  'many events with %j among them end there, even if the connection stays open',
  async (ending) => {
    for (const after of ['', ': keep-alive\n\n'.repeat(60), bulk]) {
      const body = new Body([piece, bulk + ending + after], 'hang')
      const relayed = await textOf(fromReadableStream(body.stream).toReadableStream())
      expect(relayed.replace('data: {"type":"done"}\n\n', '')).toBe(
        `${piece}${bulk}data: [DONE]\n\n`,
      )
      expect(body.cancelled).toBe(1)
    }
  },
)

const long = 'x'.repeat(300)

test('a long last event is decoded', async () => {
  const error = `data: {"error":{"type":"rate_limit_error","message":"${long} vq_secret"}}\n\n`
  const told = await textOf(relay(utf8(piece), utf8(`${bulk}event: error\n${error}`)))
  expect(told).not.toContain('vq_secret')
  expect(told.match(/^event: error/gm)).toHaveLength(1)
  const done = `data: {"type":"done","usage":{"details":"${long}"}}\n\n`
  const body = new Body([piece, bulk + done], 'hang')
  const relayed = await textOf(fromReadableStream(body.stream).toReadableStream())
  expect(relayed).toBe(`${piece}${bulk}${done}data: [DONE]\n\n`)
})

test('events that end with CRLF are not held back', async () => {
  const crlf = 'data: {"type":"text","content":"zz"}\r\n\r\n'
  for (const start of [piece, bulk]) {
    const body = new Body([start + crlf], 'hang')
    const reader = fromReadableStream(body.stream).toReadableStream().getReader()
    let relayed = ''
    while (relayed.length < start.length + crlf.length - 2) {
      relayed += new TextDecoder().decode((await reader.read()).value)
    }
    expect(relayed).toContain('"zz"')
    await reader.cancel()
  }
})

test('a byte order mark is not passed on', async () => {
  expect(await textOf(relay(utf8(`\uFEFF${bulk}`), utf8(end)))).toBe(bulk + end)
})

test('a field that begins with a byte order mark inside the stream is ignored', async () => {
  const relayed = await textOf(relay(utf8(bulk), utf8(`\uFEFF${piece}`), utf8(end)))
  expect(relayed).toBe(bulk + end)
})

test('a reader may transfer the bytes that it read', async () => {
  const begun = utf8(`${bulk}data: {"type":"text","con`)
  const passed: string[] = []
  for await (const bytes of relay(
    utf8(piece),
    begun,
    utf8(`tent":"LAST"}\n\n${bulk}`),
    utf8(end),
  )) {
    passed.push(new TextDecoder().decode(bytes))
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  }
  expect(passed.join('')).toContain('LAST')
})

test('maxEventBytes also limits one of many events', async () => {
  const event = `data: {"type":"text","content":"${'y'.repeat(5000)}"}\n\n`
  const relayed = (maxEventBytes: number): Promise<string> =>
    textOf(
      fromReadableStream(bodyOf([utf8(bulk + event + bulk), utf8(end)]), {
        maxEventBytes,
      }).toReadableStream(),
    )
  expect(await relayed(event.length)).toBe(bulk + event + bulk + end)
  const refused = await relayed(1000)
  expect(refused.startsWith(`${bulk}event: error\n`)).toBe(true)
  expect(refused).not.toContain('yyy')
})

test('maxEventBytes counts the bytes that take the place of invalid ones', async () => {
  const event = utf8('data: {"content":"x..........","type":"text"}\n\n')
  event.fill(0xff, event.indexOf(0x2e), event.lastIndexOf(0x2e) + 1)
  const options = { maxEventBytes: event.length }
  const body = (): ReadableStream<Uint8Array> => bodyOf([event.slice(), utf8(end)])
  const refused = await catchError(fromReadableStream(body(), options).finalText())
  expect(String(refused)).toContain(`over the limit of ${event.length} bytes`)
  const relayed = await textOf(fromReadableStream(body(), options).toReadableStream())
  expect(relayed).not.toContain('"type":"text"')
})

test('a text that contains the words error and done does not end the answer', async () => {
  const spoken = 'data: {"type":"text","content":"an error, well done"}\n\n'
  const relayed = relay(utf8(piece), utf8(bulk + spoken), utf8(bulk), utf8(end))
  expect(await textOf(relayed)).toBe(piece + bulk + spoken + bulk + end)
})

test('the halves of a tee and a loop get events', async () => {
  const chunks = [utf8(piece), utf8(bulk), utf8(end)]
  const [first, second] = fromReadableStream(bodyOf(chunks)).tee()
  const [relayed, text] = await Promise.all([textOf(first.toReadableStream()), second.finalText()])
  expect(relayed).toBe(piece + bulk + end)
  expect(text).toBe('pièce'.repeat(301))
  const cut = fromReadableStream(bodyOf([utf8(piece), utf8(bulk)]))
  expect(await catchError(cut.finalText())).toBeInstanceOf(StreamInterruptedError)
})
