import { describe, expect, test } from 'vitest'
import { streamFrom } from '../../relay/direct-source.ts'
import { encodeUtf8 } from '../../sse/utf8.ts'
import { type LiveChunk, LiveReader, type ReaderSource, type ReplayPart } from './live-reader.ts'

/** A source that records its calls. */
class Source implements ReaderSource {
  readonly calls: string[] = []
  parts: (ReplayPart | undefined)[] = []

  replay(after: number): ReplayPart | undefined {
    this.calls.push(`replay ${after}`)
    return this.parts.shift()
  }

  skip(since: number, dropped: number | undefined): { bytes: Uint8Array; position: number } {
    this.calls.push(`skip ${since} ${dropped}`)
    return { bytes: encodeUtf8('gap'), position: 99 }
  }

  leave(): void {
    this.calls.push('leave')
  }
}

const added = new Set<string>()
const chunk = (text: string, position: number, count = 1): LiveChunk => ({
  bytes: encodeUtf8(text),
  count,
  position,
})

interface Reading {
  source: Source
  reader: LiveReader
  read: () => Promise<string | undefined>
  cancel: () => Promise<void>
}

function reading(first = '', isReplay = false): Reading {
  const source = new Source()
  const reader = new LiveReader(source, 1, encodeUtf8(first), isReplay ? added : undefined)
  const stream = streamFrom(reader).getReader()
  const read = async (): Promise<string | undefined> => {
    const { done, value } = await stream.read()
    return done ? undefined : new TextDecoder().decode(value)
  }
  return { source, reader, read, cancel: () => stream.cancel() }
}

/** Waits for the first pull of a stream, which comes in a later turn. */
const isWaiting = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 0)
  })

test('sends what comes first, then each chunk as it comes', async () => {
  const { reader, read } = reading('first')
  expect(await read()).toBe('first')
  const next = read()
  reader.push(chunk('a', 2))
  expect(await next).toBe('a')
})

test('sends the same bytes, without a copy', async () => {
  const reader = new LiveReader(new Source(), 1, new Uint8Array(), undefined)
  const stream = streamFrom(reader).getReader()
  const { bytes } = chunk('a', 2)
  const next = stream.read()
  reader.push({ bytes, count: 1, position: 2 })
  expect((await next).value).toBe(bytes)
})

test('keeps chunks while no one reads, and sends them together', async () => {
  const { reader, read } = reading()
  for (const text of 'abc') reader.push(chunk(text, 2))
  expect(await read()).toBe('abc')
})

test('serves concurrent reads in order', async () => {
  const { reader, read } = reading()
  const all = [read(), read(), read()]
  await isWaiting()
  for (const text of 'abc') reader.push(chunk(text, 2))
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c'])
})

describe('a reader that does not read', () => {
  test('keeps less than 64 KiB with the chunk that is being sent', async () => {
    const { source, reader, read } = reading()
    for (let at = 0; at < 48; at += 1) reader.push(chunk('x'.repeat(1024), at + 2))
    let size = 0
    for (let at = 0; at < 3; at += 1) {
      const text = await read()
      expect(text?.length).toBeLessThanOrEqual(16_384)
      size += text?.length ?? 0
    }
    expect(size).toBe(48 * 1024)
    expect(source.calls).toEqual([])
  })

  test('gets a gap instead of more, with the number of dropped events', async () => {
    const { source, reader, read } = reading()
    for (let at = 0; at < 49; at += 1) reader.push(chunk('x'.repeat(1024), at + 2, 3))
    reader.push(chunk('y', 60, 10))
    expect(await read()).toBe('gap')
    expect(source.calls).toEqual([`skip 1 ${49 * 3 + 10}`])
    const next = read()
    reader.push(chunk('z', 100))
    expect(await next).toBe('z')
  })

  test('can fall behind again', async () => {
    const { source, reader, read } = reading()
    for (let turn = 0; turn < 2; turn += 1) {
      for (let at = 0; at < 4; at += 1) reader.push(chunk('x'.repeat(16_384), at + 2))
      expect(await read()).toBe('gap')
    }
    expect(source.calls).toEqual(['skip 1 4', 'skip 99 4'])
  })
})

describe('a replay', () => {
  const part = (text: string, position: number, isWhole: boolean): ReplayPart => ({
    bytes: encodeUtf8(text),
    position,
    isWhole,
  })

  test('continues until all is sent. What comes in the meantime is part of it', async () => {
    const { source, reader, read } = reading('', true)
    source.parts = [part('a', 2, false), part('b', 5, true)]
    expect(await read()).toBe('a')
    reader.push(chunk('c', 3))
    expect(await read()).toBe('b')
    const next = read()
    reader.push(chunk('d', 6))
    expect(await next).toBe('d')
    expect(source.calls).toEqual(['replay 1', 'replay 2'])
  })

  test('that is empty waits for the next event', async () => {
    const { source, reader, read } = reading('', true)
    source.parts = [part('', 5, true)]
    const next = read()
    await isWaiting()
    reader.push(chunk('d', 6))
    expect(await next).toBe('d')
  })

  test('whose rest is no longer kept ends with a gap', async () => {
    const { source, read } = reading('', true)
    source.parts = [part('a', 2, false), undefined]
    expect([await read(), await read()]).toEqual(['a', 'gap'])
    expect(source.calls).toEqual(['replay 1', 'replay 2', 'skip 2 undefined'])
  })
})

describe('an end', () => {
  test('answers the read that waits', async () => {
    const { reader, read } = reading()
    const next = [read(), read(), read()]
    reader.end(encodeUtf8('last'))
    expect(await Promise.all(next)).toEqual(['last', undefined, undefined])
  })

  test('comes after what waits', async () => {
    const { reader, read } = reading('first')
    reader.push(chunk('a', 2))
    reader.end(encodeUtf8('last'))
    reader.end(encodeUtf8('ignored'))
    const texts = [await read(), await read(), await read(), await read()]
    expect(texts).toEqual(['first', 'a', 'last', undefined])
  })

  test('without a message closes the stream', async () => {
    const { reader, read } = reading()
    const next = read()
    reader.end()
    expect(await next).toBeUndefined()
  })

  test.for(['end', 'cancel'] as const)('is told once (%s)', async (way) => {
    const { source, reader, cancel } = reading()
    let left = 0
    reader.whenLeft(() => (left += 1))
    if (way === 'end') reader.end()
    await cancel()
    expect(source.calls).toEqual(['leave'])
    expect(left).toBe(1)
    reader.whenLeft(() => (left += 1))
    expect(left).toBe(2)
  })
})

test('a heartbeat comes after three sweeps of silence, and only while the stream waits', async () => {
  const { reader, read } = reading('first')
  const beat = encodeUtf8('beat')
  const sweep = (times: number): void => {
    for (let at = 0; at < times; at += 1) reader.sweep(beat, 5)
  }
  sweep(5)
  expect(await read()).toBe('first')
  const next = read()
  sweep(2)
  reader.push(chunk('a', 2))
  expect(await next).toBe('a')
  const other = read()
  sweep(3)
  expect(await other).toBe('beat')
})

test('a sink that throws ends its reader only', () => {
  const source = new Source()
  const reader = new LiveReader(source, 1, new Uint8Array(), undefined)
  const enqueue = (): never => {
    throw new Error('another request')
  }
  reader.pull({ enqueue, close: () => {} })
  reader.push(chunk('a', 2))
  expect(source.calls).toEqual(['leave'])
})

test('a reader whose runtime does not let others end its stream leaves without an error', () => {
  const source = new Source()
  const reader = new LiveReader(source, 1, encodeUtf8(''), undefined)
  const refuse = (): never => {
    throw new Error('another request')
  }
  reader.pull({ enqueue: refuse, close: refuse })
  reader.end(encodeUtf8('last'))
  expect(source.calls).toEqual(['leave'])
})
