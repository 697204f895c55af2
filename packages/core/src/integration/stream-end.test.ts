import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AnalysisStream } from '../stream/stream.ts'
import { Body, catchError, complete, sse, text } from '../test-support/body.ts'
import {
  RequestAbortedError,
  StreamInterruptedError,
  StreamProtocolError,
  fromReadableStream,
} from '../index.ts'

const encoder = new TextEncoder()

describe('leaving early', () => {
  test.for<[string, (stream: AnalysisStream) => Promise<unknown>]>([
    [
      'break',
      async (stream) => {
        for await (const _ of stream) break
      },
    ],
    [
      'throw',
      async (stream) => {
        await catchError(
          (async () => {
            for await (const _ of stream) throw new Error('mine')
          })(),
        )
      },
    ],
    [
      'break from the text',
      async (stream) => {
        for await (const _ of stream.textStream) break
      },
    ],
    [
      'return()',
      async (stream) => {
        const iterator = stream[Symbol.asyncIterator]()
        await iterator.next()
        await iterator.return?.()
      },
    ],
    [
      'cancel()',
      async (stream) => {
        await stream[Symbol.asyncIterator]().next()
        await stream.cancel()
      },
    ],
    [
      'disposal',
      async (stream) => {
        await using disposed = stream
        await disposed[Symbol.asyncIterator]().next()
      },
    ],
    [
      'cancelling its readable',
      async (stream) => {
        const reader = stream.toReadableStream().getReader()
        await reader.read()
        await reader.cancel()
      },
    ],
  ])('by %s cancels the body once and unlocks it', async ([, leave]) => {
    const body = new Body([sse(text('a'), text('b'))], 'hang')
    await leave(fromReadableStream(body.stream))
    expect(body.cancelled).toBe(1)
    expect(body.stream.locked).toBe(false)
  })

  test.for<
    [string, (stream: AnalysisStream, iterator: AsyncIterator<unknown>) => Promise<unknown>]
  >([
    ['cancel()', (stream) => stream.cancel()],
    ['return()', (_, iterator) => iterator.return?.() ?? Promise.reject(new Error('no return'))],
  ])('by %s ends a pending read without an error', async ([, leave]) => {
    const body = new Body([], 'hang')
    const stream = fromReadableStream(body.stream)
    const iterator = stream[Symbol.asyncIterator]()
    const pending = iterator.next()
    await leave(stream, iterator)
    expect(await pending).toEqual({ done: true, value: undefined })
    expect(body.cancelled).toBe(1)
  })

  test('before the first read cancels the body unread', async () => {
    const body = new Body([sse(text('a'))])
    const stream = fromReadableStream(body.stream)
    await stream.cancel()
    expect(await Array.fromAsync(stream)).toEqual([])
    expect(body.pulled).toBe(0)
    expect(body.cancelled).toBe(1)
  })

  test('by cancel() makes finalText() reject', async () => {
    const body = new Body([sse(text('a'))], 'hang')
    const stream = fromReadableStream(body.stream)
    const reading = stream.finalText()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await stream.cancel()
    const error = await catchError(reading)
    expect(error).toBeInstanceOf(RequestAbortedError)
    expect(error).toMatchObject({ partial: { text: 'a' } })
  })

  test('does not wait for a body that never finishes cancelling', async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(encoder.encode(sse(text('a')))),
      cancel: () => new Promise(() => {}),
    })
    for await (const event of fromReadableStream(stream)) {
      expect(event.content).toBe('a')
      break
    }
  })
})

describe('the signal', () => {
  test('that is already aborted cancels the body unread', async () => {
    const body = new Body([sse(text('a'))])
    const stream = fromReadableStream(body.stream, { signal: AbortSignal.abort('why') })
    const error = await catchError(stream.finalText())
    expect(error).toBeInstanceOf(RequestAbortedError)
    expect(error).toMatchObject({ cause: 'why' })
    expect(body.pulled).toBe(0)
    expect(body.cancelled).toBe(1)
  })

  test('rejects a pending read', async () => {
    const controller = new AbortController()
    const body = new Body([sse(text('a'))], 'hang')
    const { signal } = controller
    const iterator = fromReadableStream(body.stream, { signal })[Symbol.asyncIterator]()
    await iterator.next()
    const pending = iterator.next()
    controller.abort('why')
    const error = await catchError(pending)
    expect(error).toBeInstanceOf(RequestAbortedError)
    expect(error).toMatchObject({ cause: 'why', partial: { text: 'a' } })
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    expect(body.cancelled).toBe(1)
  })

  test('cancels the body at once and rejects the next read if none is pending', async () => {
    const controller = new AbortController()
    const body = new Body([sse(text('a'), text('b'))], 'hang')
    const { signal } = controller
    const iterator = fromReadableStream(body.stream, { signal })[Symbol.asyncIterator]()
    await iterator.next()
    controller.abort()
    expect(body.cancelled).toBe(1)
    expect(await catchError(iterator.next())).toBeInstanceOf(RequestAbortedError)
  })

  test('does not make a complete answer fail', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const body = new Body(complete, 'hang')
    const types: string[] = []
    for await (const { type } of fromReadableStream(body.stream, { signal })) {
      types.push(type)
      if (type === 'done') controller.abort()
    }
    expect(types.at(-1)).toBe('done')
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('cancels a body that no one has begun to read', async () => {
    const controller = new AbortController()
    const body = new Body([sse(text('a'))])
    const stream = fromReadableStream(body.stream, { signal: controller.signal })
    controller.abort('why')
    expect(body.cancelled).toBe(1)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    expect(await catchError(stream.finalText())).toMatchObject({ cause: 'why' })
  })

  test('has no listeners after a stream was read to its end, left or cancelled', async () => {
    const { signal } = new AbortController()
    await fromReadableStream(new Body(complete).stream, { signal }).finalText()
    for await (const _ of fromReadableStream(new Body(complete).stream, { signal })) break
    await catchError(fromReadableStream(new Body([]).stream, { signal }).finalText())
    await fromReadableStream(new Body(complete).stream, { signal }).cancel()
    expect(signal.aborted).toBe(false)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('a failure that no one waits for does not end the process if', () => {
  let unhandled: unknown[]
  const note = (error: unknown): void => void unhandled.push(error)
  beforeEach(() => {
    unhandled = []
    process.on('unhandledRejection', note)
  })
  afterEach(() => {
    process.off('unhandledRejection', note)
  })
  /** Waits until the runtime has reported unhandled rejections. */
  const reported = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

  test.for([1, 2, 3])('%i reads are pending', async (reads) => {
    const stream = fromReadableStream(new Body([sse(text('a'))], new Error('lost')).stream)
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    const pending = Array.from({ length: reads }, () => iterator.next())
    await reported()
    expect(unhandled).toEqual([])
    // The first of them rejects nevertheless.
    expect(await catchError(pending[0]!)).toBeInstanceOf(StreamInterruptedError)
  })

  test('a read begins after the end', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const stream = fromReadableStream(new Body([sse(text('a'))], 'hang').stream, { signal })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    controller.abort()
    const read = iterator.next()
    await reported()
    expect(unhandled).toEqual([])
    expect(await catchError(read)).toBeInstanceOf(RequestAbortedError)
  })

  test('a read finds an invalid event in a chunk that has arrived', async () => {
    const iterator = fromReadableStream(new Body([`${sse(text('a'))}data: no JSON\n\n`]).stream)[
      Symbol.asyncIterator
    ]()
    await iterator.next()
    const read = iterator.next()
    await reported()
    expect(unhandled).toEqual([])
    expect(await catchError(read)).toBeInstanceOf(StreamProtocolError)
  })
})

test('the ID of a refused event does not become the last event ID, in any chunks', async () => {
  const first = `id: 1\n${sse(text('a'))}`
  const second = `id: 2\n${sse(text('b'.repeat(300)))}`
  for (const chunks of [[first + second], [first, second.slice(0, 40), second.slice(40)]]) {
    const stream = fromReadableStream(new Body(chunks).stream, { maxEventBytes: 100 })
    const error = await catchError(stream.finalText())
    expect(error).toBeInstanceOf(StreamProtocolError)
    expect(error).toMatchObject({ partial: { text: 'a', lastEventId: '1' } })
  }
})
