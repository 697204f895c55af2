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
  ])('%s closes the body, once, and unlocks it', async ([, leave]) => {
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
  ])('%s ends a pending read quietly', async ([, leave]) => {
    const body = new Body([], 'hang')
    const stream = fromReadableStream(body.stream)
    const iterator = stream[Symbol.asyncIterator]()
    const pending = iterator.next()
    await leave(stream, iterator)
    expect(await pending).toEqual({ done: true, value: undefined })
    expect(body.cancelled).toBe(1)
  })

  test('before first use sends nothing and closes what there is', async () => {
    const body = new Body([sse(text('a'))])
    const stream = fromReadableStream(body.stream)
    await stream.cancel()
    expect(await Array.fromAsync(stream)).toEqual([])
    expect(body.pulled).toBe(0)
    expect(body.cancelled).toBe(1)
  })

  test('by cancel() is no answer: finalText says so', async () => {
    const body = new Body([sse(text('a'))], 'hang')
    const stream = fromReadableStream(body.stream)
    const reading = stream.finalText()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await stream.cancel()
    const error = await catchError(reading)
    expect(error).toBeInstanceOf(RequestAbortedError)
    expect(error).toMatchObject({ partial: { text: 'a' } })
  })

  test('a body whose cancelling never ends holds nobody', async () => {
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
  test('already aborted reads nothing', async () => {
    const body = new Body([sse(text('a'))])
    const stream = fromReadableStream(body.stream, { signal: AbortSignal.abort('why') })
    const error = await catchError(stream.finalText())
    expect(error).toBeInstanceOf(RequestAbortedError)
    expect(error).toMatchObject({ cause: 'why' })
    expect(body.pulled).toBe(0)
    expect(body.cancelled).toBe(1)
  })

  test('rejects the pending read', async () => {
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

  test('with no read pending closes at once and rejects the next read', async () => {
    const controller = new AbortController()
    const body = new Body([sse(text('a'), text('b'))], 'hang')
    const { signal } = controller
    const iterator = fromReadableStream(body.stream, { signal })[Symbol.asyncIterator]()
    await iterator.next()
    controller.abort()
    expect(body.cancelled).toBe(1)
    expect(await catchError(iterator.next())).toBeInstanceOf(RequestAbortedError)
  })

  test('closes a body nobody has begun to read', async () => {
    const controller = new AbortController()
    const body = new Body([sse(text('a'))])
    const stream = fromReadableStream(body.stream, { signal: controller.signal })
    controller.abort('why')
    expect(body.cancelled).toBe(1)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    expect(await catchError(stream.finalText())).toMatchObject({ cause: 'why' })
  })

  test('is left as it was by a finished stream, and by one that was left', async () => {
    const { signal } = new AbortController()
    await fromReadableStream(new Body(complete).stream, { signal }).finalText()
    for await (const _ of fromReadableStream(new Body(complete).stream, { signal })) break
    await catchError(fromReadableStream(new Body([]).stream, { signal }).finalText())
    await fromReadableStream(new Body(complete).stream, { signal }).cancel()
    expect(signal.aborted).toBe(false)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('a failure that nobody waits for does not end the process', () => {
  let unhandled: unknown[]
  const note = (error: unknown): void => void unhandled.push(error)
  beforeEach(() => {
    unhandled = []
    process.on('unhandledRejection', note)
  })
  afterEach(() => {
    process.off('unhandledRejection', note)
  })
  /** Rejections are told of once all that waits for its turn has had it. */
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

  test.for([1, 2, 3])('%i reads are left pending', async (reads) => {
    const stream = fromReadableStream(new Body([sse(text('a'))], new Error('lost')).stream)
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    const left = Array.from({ length: reads }, () => iterator.next())
    await turn()
    expect(unhandled).toEqual([])
    // The one that found it has it all the same.
    expect(await catchError(left[0]!)).toBeInstanceOf(StreamInterruptedError)
  })

  test('a read begins after the end', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const stream = fromReadableStream(new Body([sse(text('a'))], 'hang').stream, { signal })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    controller.abort()
    const left = iterator.next()
    await turn()
    expect(unhandled).toEqual([])
    expect(await catchError(left)).toBeInstanceOf(RequestAbortedError)
  })

  test('a read finds what is wrong among what is there', async () => {
    const iterator = fromReadableStream(new Body([`${sse(text('a'))}data: no JSON\n\n`]).stream)[
      Symbol.asyncIterator
    ]()
    await iterator.next()
    const left = iterator.next()
    await turn()
    expect(unhandled).toEqual([])
    expect(await catchError(left)).toBeInstanceOf(StreamProtocolError)
  })
})

test('the ID of an event that is refused is not the last one read, however the bytes are cut', async () => {
  const first = `id: 1\n${sse(text('a'))}`
  const second = `id: 2\n${sse(text('b'.repeat(300)))}`
  for (const chunks of [[first + second], [first, second.slice(0, 40), second.slice(40)]]) {
    const stream = fromReadableStream(new Body(chunks).stream, { maxEventBytes: 100 })
    const error = await catchError(stream.finalText())
    expect(error).toBeInstanceOf(StreamProtocolError)
    expect(error).toMatchObject({ partial: { text: 'a', lastEventId: '1' } })
  }
})
