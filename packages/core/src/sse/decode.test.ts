import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { StreamConsumedError, StreamProtocolError } from '../errors/stream-error.ts'
import { StreamInterruptedError } from '../errors/connection-error.ts'
import { type DecodeOptions, decodeEventStream, type SseMessage } from './decode.ts'

interface ParserCase {
  name: string
  input: string
  inputHex?: string
  chunks?: string[]
  chunksHex?: string[]
  expect: SseMessage[]
  retry?: number
  lastEventId?: string
  unchecked?: string[]
}

interface LargeCase {
  name: string
  parts: [string, number][]
  splitAt?: number[]
  chunkSize?: number
  expect?: { data?: string; dataParts?: [string, number][] }[]
  expectCount?: number
  expectEach?: SseMessage
}

function load<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'))
}

const cases = load<ParserCase>('parser-cases.json')
const large = load<LargeCase>('parser-cases-large.json')

interface Decoded {
  messages: SseMessage[]
  retry: number | undefined
  lastEventId: string
}

async function decode(chunks: Iterable<Uint8Array>, options: DecodeOptions = {}): Promise<Decoded> {
  let retry: number | undefined
  const decoded = decodeEventStream(bodyOf(chunks), { ...options, onRetry: (ms) => (retry = ms) })
  const messages = await Array.fromAsync(decoded)
  return { messages, retry, lastEventId: decoded.lastEventId }
}

function bodyOf(
  chunks: Iterable<Uint8Array>,
  onCancel = (): void => {},
): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]()
  return new ReadableStream(
    {
      pull(controller) {
        const { done, value } = iterator.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: onCancel,
    },
    { highWaterMark: 0 },
  )
}

function* every(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const event = (data: string): Uint8Array => utf8(`data: ${data}\n\n`)
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
const declared = ({ chunks, chunksHex }: ParserCase): Uint8Array[] | undefined =>
  chunksHex?.map(hex) ?? chunks?.map(utf8)

describe('the conformance cases', () => {
  test('are all there', () => {
    expect(cases.length).toBeGreaterThanOrEqual(186)
    expect(large.length).toBeGreaterThanOrEqual(7)
  })

  // The longest case has 65 000 splits.
  test.for(cases)('$name', { timeout: 180_000 }, async (given) => {
    const bytes = given.inputHex === undefined ? utf8(given.input) : hex(given.inputHex)
    const check = async (chunks: Iterable<Uint8Array>, how: string): Promise<void> => {
      const { messages, retry, lastEventId } = await decode(chunks)
      expect(messages, how).toEqual(given.expect)
      if (given.unchecked?.includes('retry')) expect(retry ?? 0, how).toBeGreaterThanOrEqual(0)
      else expect(retry, how).toBe(given.retry)
      if (given.lastEventId !== undefined) expect(lastEventId, how).toBe(given.lastEventId)
    }
    await check([bytes], 'whole')
    for (const size of [1, 2, 3, 7]) await check(every(bytes, size), `in chunks of ${size}`)
    const chunks = declared(given)
    if (chunks) await check(chunks, 'as declared')
    for (let at = 0; at <= bytes.length; at += 1) {
      await check([bytes.subarray(0, at), bytes.subarray(at)], `split at ${at}`)
    }
  })

  test.for(large)('$name', async (given) => {
    const unterminated = given.expect?.length === 0
    const limit = 2 ** 20
    let fed = 0
    function* chunks(): Generator<Uint8Array> {
      const text = given.parts
        .map(([part, count]) => part.repeat(unterminated ? 1 : count))
        .join('')
      if (unterminated) {
        yield utf8(text)
        for (const chunk of every(new Uint8Array(256 * 2 ** 20).fill(120), 2 ** 16)) {
          fed += chunk.length
          yield chunk
        }
        return
      }
      const bytes = utf8(text)
      const at = given.splitAt?.[0]
      if (at !== undefined) yield* [bytes.subarray(0, at), bytes.subarray(at)]
      else yield* every(bytes, given.chunkSize ?? bytes.length)
    }
    if (unterminated) {
      await expect(decode(chunks(), { maxEventBytes: limit })).rejects.toThrow(StreamProtocolError)
      expect(fed).toBeLessThanOrEqual(limit + 2 ** 16)
      return
    }
    const { messages } = await decode(chunks())
    if (given.expectCount !== undefined) {
      expect(messages.length).toBe(given.expectCount)
      expect(messages.every(({ data }) => data === given.expectEach?.data)).toBe(true)
      return
    }
    const expected = given.expect?.map(
      ({ data, dataParts }) =>
        data ?? dataParts?.map(([part, count]) => part.repeat(count)).join(''),
    )
    // Not toEqual: the difference between two megabytes is not worth printing.
    expect(messages.length).toBe(expected?.length)
    expect(messages.every(({ data }, index) => data === expected?.[index])).toBe(true)
  })
})

describe('maxEventBytes', () => {
  test.for(['aaaaaaaaaaaaaaaa', 'éééééééé', '€€€€€a', '𝄞𝄞𝄞𝄞', 'aaaa\ndata: aaaaaaaaaaa'])(
    'counts the bytes of %j, however they are cut',
    async (data) => {
      const bytes = event(data)
      for (const size of [1, 3, bytes.length]) {
        expect((await decode(every(bytes, size), { maxEventBytes: 16 })).messages).toHaveLength(1)
        await expect(decode(every(bytes, size), { maxEventBytes: 15 })).rejects.toThrow(
          StreamProtocolError,
        )
      }
    },
  )

  test.for(['漢', 'é', '𝄞', 'a漢'])('covers what is pending, in bytes: %s', async (character) => {
    let cancelled = 0
    let sent = 0
    const chunk = utf8(character.repeat(50))
    function* chunks(): Generator<Uint8Array> {
      yield utf8('data: ')
      for (;;) {
        sent += chunk.length
        yield chunk
      }
    }
    const body = bodyOf(chunks(), () => (cancelled += 1))
    const reading = Array.fromAsync(decodeEventStream(body, { maxEventBytes: 3000 }))
    await expect(reading).rejects.toThrow(StreamProtocolError)
    // Characters of two and four bytes, and mixtures, are found out later than those of three.
    expect(sent).toBeLessThanOrEqual(3000 * 1.67 + chunk.length)
    expect(cancelled).toBe(1)
  })

  test.for(['event', 'id'])('covers a long %s, however it is cut', async (field) => {
    const bytes = utf8(`${field}: ${'x'.repeat(500)}\ndata: a\n\n`)
    for (const size of [1, 7, bytes.length]) {
      await expect(decode(every(bytes, size), { maxEventBytes: 100 })).rejects.toThrow(
        StreamProtocolError,
      )
    }
  })

  test('must be a number of bytes', () => {
    for (const maxEventBytes of [0, -1, 0.5, Number.NaN, '5' as unknown as number]) {
      expect(() => decodeEventStream(bodyOf([]), { maxEventBytes })).toThrow(/`maxEventBytes`/)
    }
  })

  test('gives the messages before the one that is over it', async () => {
    const messages: SseMessage[] = []
    const chunks = [utf8('data: a\n\ndata: too long\n\ndata: b\n\n')]
    const reading = (async () => {
      for await (const message of decodeEventStream(bodyOf(chunks), { maxEventBytes: 4 })) {
        messages.push(message)
      }
    })()
    await expect(reading).rejects.toThrow('over the limit of 4 bytes')
    expect(messages).toEqual([{ data: 'a' }])
  })

  test('closes the connection and keeps the payload out of the message', async () => {
    let cancelled = 0
    const secret = 'x'.repeat(1000)
    const body = bodyOf([utf8(`data: ${secret}`), utf8('more')], () => (cancelled += 1))
    const error = await Array.fromAsync(decodeEventStream(body, { maxEventBytes: 10 })).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(StreamProtocolError)
    expect(String(error)).not.toContain('xxx')
    expect(cancelled).toBe(1)
  })

  test('by default passes an event of 32 MiB', async () => {
    const bytes = event('x'.repeat(32 * 2 ** 20))
    const { messages } = await decode(every(bytes, 2 ** 16))
    expect(messages[0]?.data.length).toBe(32 * 2 ** 20)
  })

  test('does not count comments nobody listens to', async () => {
    const { messages } = await decode(every(utf8(`:${'x'.repeat(5000)}\ndata: ok\n\n`), 7), {
      maxEventBytes: 100,
    })
    expect(messages).toEqual([{ data: 'ok' }])
  })
})

describe('the body', () => {
  test('is cancelled once and unlocked by leaving the loop', async () => {
    let cancelled = 0
    const body = bodyOf(
      [utf8('data: a\n\ndata: b\n\n'), utf8('data: c\n\n')],
      () => (cancelled += 1),
    )
    for await (const message of decodeEventStream(body)) {
      expect(message).toEqual({ data: 'a' })
      break
    }
    expect(cancelled).toBe(1)
    expect(body.locked).toBe(false)
  })

  test('is unlocked at its end', async () => {
    const body = bodyOf([utf8('data: a\n\n')])
    await Array.fromAsync(decodeEventStream(body))
    expect(body.locked).toBe(false)
  })

  test('gives its messages once', async () => {
    const messages = decodeEventStream(bodyOf([utf8('data: a\n\ndata: b\n\n')]))
    for await (const message of messages) {
      expect(message).toEqual({ data: 'a' })
      break
    }
    await expect(Array.fromAsync(messages)).rejects.toThrow(StreamConsumedError)
  })

  test('is not touched before the first read, and read no further than asked', async () => {
    let pulled = 0
    function* chunks(): Generator<Uint8Array> {
      for (;;) {
        pulled += 1
        yield utf8('data: a\n\ndata: b\n\n')
      }
    }
    const body = bodyOf(chunks())
    const iterator = decodeEventStream(body)[Symbol.asyncIterator]()
    expect(body.locked).toBe(false)
    await iterator.next()
    await iterator.next()
    expect(pulled).toBe(1)
    await iterator.return?.()
  })

  test('that fails gives a typed error, after the messages that came', async () => {
    const failure = new TypeError('terminated')
    function* chunks(): Generator<Uint8Array> {
      yield utf8('data: a\n\n')
      throw failure
    }
    const iterator = decodeEventStream(bodyOf(chunks()))[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toEqual({ data: 'a' })
    const error = await iterator.next().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(error).toMatchObject({ phase: 'body', cause: failure })
  })

  test('that is none is named', () => {
    for (const body of [null, undefined, 'text', {}]) {
      expect(() => decodeEventStream(body as never)).toThrow(ConfigurationError)
    }
  })

  test('that gives text is named, and closed', async () => {
    let cancelled = 0
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue('data: a\n\n'),
      cancel: () => void (cancelled += 1),
    })
    await expect(Array.fromAsync(decodeEventStream(body))).rejects.toThrow(StreamProtocolError)
    expect(cancelled).toBe(1)
  })

  test('that somebody else reads gives a typed error and is left alone', async () => {
    const body = bodyOf([utf8('data: a\n\n')])
    const reader = body.getReader()
    await expect(Array.fromAsync(decodeEventStream(body))).rejects.toThrow(StreamConsumedError)
    expect((await reader.read()).done).toBe(false)
  })
})

test('comments and reconnection times are told', async () => {
  const comments: string[] = []
  const { retry } = await decode([utf8(': one\n:two\nretry: 12345678910\n\n')], {
    onComment: (comment) => comments.push(comment),
  })
  expect(comments).toEqual(['one', 'two'])
  expect(retry).toBe(12_345_678_910)
})

test('bytes that look like an undecoded byte order mark are text', async () => {
  const { messages } = await decode([utf8('\u{EF}\u{BB}\u{BF}data: no\ndata: yes\n\n')])
  expect(messages).toEqual([{ data: 'yes' }])
})
