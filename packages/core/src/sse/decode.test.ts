import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { StreamConsumedError } from '../errors/stream-consumed-error.ts'
import { StreamProtocolError } from '../errors/stream-protocol-error.ts'
import { StreamInterruptedError } from '../errors/connection-error.ts'
import { bodyOf, decode, event, chunksOf, utf8 } from '../test-support/decoding.ts'
import { decodeEventStream, type SseMessage } from './decode.ts'

describe('maxEventBytes', () => {
  test.for(['aaaaaaaaaaaaaaaa', 'éééééééé', '€€€€€a', '𝄞𝄞𝄞𝄞', 'aaaa\ndata: aaaaaaaaaaa'])(
    'counts the bytes of %j in any chunks',
    async (data) => {
      const bytes = event(data)
      for (const size of [1, 3, bytes.length]) {
        expect((await decode(chunksOf(bytes, size), { maxEventBytes: 16 })).messages).toHaveLength(
          1,
        )
        await expect(decode(chunksOf(bytes, size), { maxEventBytes: 15 })).rejects.toThrow(
          StreamProtocolError,
        )
      }
    },
  )

  test.for(['漢', 'é', '𝄞', 'a漢'])('limits an incomplete event: %s', async (character) => {
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
    expect(sent).toBeLessThanOrEqual(3 * (3000 + 64) + chunk.length)
    expect(cancelled).toBe(1)
  })

  test('counts only the data of the event', async () => {
    const lines = '\u{FEFF}: ♥\nid: 本\nfremd: 日本語\nevent: 日\ndata: 日本語\n\n'
    const bytes = utf8(lines + ': ♥♥♥♥♥♥♥♥\n\n'.repeat(100) + 'data: é\n\n')
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const { messages } = await decode(chunksOf(bytes, size), { maxEventBytes: 9 })
      expect(messages.map(({ data }) => data)).toEqual(['日本語', 'é'])
    }
  })

  test.for(['event', 'id'])('limits a long %s in any chunks', async (field) => {
    const bytes = utf8(`${field}: ${'x'.repeat(500)}\ndata: a\n\n`)
    for (const size of [1, 7, bytes.length]) {
      await expect(decode(chunksOf(bytes, size), { maxEventBytes: 100 })).rejects.toThrow(
        StreamProtocolError,
      )
    }
  })

  test('must be a whole number of bytes', () => {
    for (const maxEventBytes of [0, -1, 0.5, Number.NaN, '5' as unknown as number]) {
      expect(() => decodeEventStream(bodyOf([]), { maxEventBytes })).toThrow(/`maxEventBytes`/)
    }
  })

  test('still returns the messages before the one over the limit', async () => {
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

  test('closes the connection, and the error does not quote the data', async () => {
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

  test('allows an event of 32 MiB by default', async () => {
    const bytes = event('x'.repeat(32 * 2 ** 20))
    const { messages } = await decode(chunksOf(bytes, 2 ** 16))
    expect(messages[0]?.data.length).toBe(32 * 2 ** 20)
  })

  test('does not count comments without onComment', async () => {
    const { messages } = await decode(chunksOf(utf8(`:${'x'.repeat(5000)}\ndata: ok\n\n`), 7), {
      maxEventBytes: 100,
    })
    expect(messages).toEqual([{ data: 'ok' }])
  })
})

describe('the body', () => {
  test('is cancelled once and unlocked if the loop is left', async () => {
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

  test.for([0, 1])(
    'is cancelled by return() after %i messages, with or without a pending read',
    async (read) => {
      for (const isPending of [false, true]) {
        let cancelled = 0
        const { readable, writable } = new TransformStream<Uint8Array>()
        const writer = writable.getWriter()
        writer.closed.catch(() => (cancelled += 1))
        writer.write(utf8('data: a\n\n')).catch(() => {})
        const iterator = decodeEventStream(readable)[Symbol.asyncIterator]()
        for (let at = 0; at < read; at += 1) expect((await iterator.next()).done).toBe(false)
        const pending = isPending && read > 0 ? iterator.next() : undefined
        expect(await iterator.return?.()).toEqual({ done: true, value: undefined })
        if (pending) expect(await pending).toEqual({ done: true, value: undefined })
        expect(await iterator.next()).toEqual({ done: true, value: undefined })
        await expect.poll(() => cancelled).toBe(1)
        expect(readable.locked).toBe(false)
      }
    },
  )

  test('is cancelled by throw(), which throws the given error', async () => {
    const body = bodyOf([utf8('data: a\n\n')])
    const iterator = decodeEventStream(body)[Symbol.asyncIterator]()
    await iterator.next()
    const mine = new RangeError('mine')
    await expect(iterator.throw?.(mine)).rejects.toBe(mine)
    expect(body.locked).toBe(false)
  })

  test('serves concurrent reads in order', async () => {
    const messages = decodeEventStream(bodyOf([utf8('data: a\n\nda'), utf8('ta: b\n\n')]))
    const iterator = messages[Symbol.asyncIterator]()
    const reads = await Promise.all([1, 2, 3, 4].map(() => iterator.next()))
    expect(reads.map(({ value }) => value?.data)).toEqual(['a', 'b', undefined, undefined])
  })

  test('is unlocked at its end', async () => {
    const body = bodyOf([utf8('data: a\n\n')])
    await Array.fromAsync(decodeEventStream(body))
    expect(body.locked).toBe(false)
  })

  test('can be read only once', async () => {
    const messages = decodeEventStream(bodyOf([utf8('data: a\n\ndata: b\n\n')]))
    for await (const message of messages) {
      expect(message).toEqual({ data: 'a' })
      break
    }
    await expect(Array.fromAsync(messages)).rejects.toThrow(StreamConsumedError)
  })

  test('is locked at once, but read only on demand', async () => {
    let pulled = 0
    function* chunks(): Generator<Uint8Array> {
      for (;;) {
        pulled += 1
        yield utf8('data: a\n\ndata: b\n\n')
      }
    }
    const body = bodyOf(chunks())
    const iterator = decodeEventStream(body)[Symbol.asyncIterator]()
    await new Promise((resolve) => setTimeout(resolve))
    expect({ locked: body.locked, pulled }).toEqual({ locked: true, pulled: 0 })
    await iterator.next()
    await iterator.next()
    expect(pulled).toBe(1)
    await iterator.return?.()
  })

  test('that fails throws a typed error after its messages', async () => {
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

  test('must be a ReadableStream', () => {
    for (const body of [null, undefined, 'text', {}]) {
      expect(() => decodeEventStream(body as never)).toThrow(ConfigurationError)
    }
  })

  test.for<[string, Record<string, unknown> | null]>([
    ['onRetry', { onRetry: null }],
    ['onComment', { onComment: 'log' }],
    ['maxEventBytes', { maxEventBytes: '5' }],
    ['maxEventBytes', null],
  ])('stays unlocked if an option is wrong: %s in %j', ([, options]) => {
    const body = bodyOf([])
    expect(() => decodeEventStream(body, options as never)).toThrow(ConfigurationError)
    expect(body.locked).toBe(false)
  })

  test('that contains text is refused and cancelled', async () => {
    let cancelled = 0
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue('data: a\n\n'),
      cancel: () => void (cancelled += 1),
    })
    await expect(Array.fromAsync(decodeEventStream(body))).rejects.toThrow(StreamProtocolError)
    expect(cancelled).toBe(1)
  })

  test('that is locked throws a typed error, and its reader can go on', async () => {
    const body = bodyOf([utf8('data: a\n\n')])
    const reader = body.getReader()
    await expect(Array.fromAsync(decodeEventStream(body))).rejects.toThrow(StreamConsumedError)
    expect((await reader.read()).done).toBe(false)
  })
})

test('onComment and onRetry get the comments and reconnection times', async () => {
  const comments: string[] = []
  const { retry } = await decode([utf8(': one\n:two\nretry: 12345678910\n\n')], {
    onComment: (comment) => comments.push(comment),
  })
  expect(comments).toEqual(['one', 'two'])
  expect(retry).toBe(12_345_678_910)
})

test('characters that look like an undecoded byte order mark are text', async () => {
  const { messages } = await decode([utf8('\u{EF}\u{BB}\u{BF}data: no\ndata: yes\n\n')])
  expect(messages).toEqual([{ data: 'yes' }])
})

test('the last event ID is the one of the message that was returned last', async () => {
  const text = 'id: 1\ndata: a\n\nid: 2\ndata: b\n\ndata: c\n\nid: 3\n\n'
  const messages = decodeEventStream(bodyOf([utf8(text)]))
  const seen = []
  for await (const { data } of messages) seen.push(data + messages.lastEventId)
  expect(seen).toEqual(['a1', 'b2', 'c2'])
  expect(messages.lastEventId).toBe('3')
})

test('chunks may be any view of bytes', async () => {
  const { buffer } = event('1')
  const chunks = [new DataView(buffer as ArrayBuffer), new Int8Array(utf8('data: é\n\n').buffer)]
  const { messages } = await decode(chunks as unknown as Uint8Array[])
  expect(messages).toEqual([{ data: '1' }, { data: 'é' }])
})

test('an undefined chunk does not end the stream', async () => {
  const chunks = [event('1'), undefined, event('2')] as Uint8Array[]
  await expect(decode(chunks)).rejects.toThrow(StreamProtocolError)
})
