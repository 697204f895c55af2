import { describe, expect, test } from 'vitest'
import { encodeEvent } from '../sse/encode.ts'
import { Body, catchError } from '../test-support/body.ts'
import {
  type AnalysisStream,
  fromReadableStream,
  RateLimitError,
  RequestAbortedError,
  type StreamEvent,
  StreamConsumedError,
} from '../index.ts'

const event = (content: string): string =>
  encodeEvent({ data: JSON.stringify({ type: 'text', content }) })
const end = 'data: {"type":"done"}\n\ndata: [DONE]\n\n'

interface Source {
  body: ReadableStream<Uint8Array>
  pulled: number
  cancelled: number
}

/** Gives one chunk a pull; the last is repeated for ever when `endless`. */
function source(chunks: string[], endless = false): Source {
  const state: Source = { body: new ReadableStream(), pulled: 0, cancelled: 0 }
  state.body = new ReadableStream(
    {
      pull(controller) {
        const chunk = chunks[endless ? Math.min(state.pulled, chunks.length - 1) : state.pulled]
        state.pulled += 1
        if (chunk === undefined) controller.close()
        else controller.enqueue(new TextEncoder().encode(chunk))
      },
      cancel: () => void (state.cancelled += 1),
    },
    { highWaterMark: 0 },
  )
  return state
}

describe('tee', () => {
  test('gives both branches every event', async () => {
    const [left, right] = fromReadableStream(
      source([event('a'), event('b') + event('c'), end]).body,
    ).tee()
    const [text, events] = await Promise.all([left.finalText(), Array.fromAsync(right)])
    expect(text).toBe('abc')
    expect(events.map(({ type }) => type)).toEqual(['text', 'text', 'text', 'done'])
  })

  test('lets the slower branch set the pace', async () => {
    const endless = source([event('x')], true)
    const [left, right] = fromReadableStream(endless.body).tee()
    const fast = left[Symbol.asyncIterator]()
    const slow = right[Symbol.asyncIterator]()
    const taken: unknown[] = []
    const reading = (async () => {
      for (let at = 0; at < 100; at += 1) taken.push((await fast.next()).value)
    })()
    await slow.next()
    await slow.next()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(taken.length).toBeLessThanOrEqual(3)
    expect(endless.pulled).toBeLessThanOrEqual(3)
    await slow.return?.()
    await reading
    expect(taken.length).toBe(100)
    await fast.return?.()
    expect(endless.cancelled).toBe(1)
  })

  test('goes on with one branch when the other leaves, used or not', async () => {
    const [left, right] = fromReadableStream(source([event('a'), event('b'), end]).body).tee()
    await right.cancel()
    expect(await left.finalText()).toBe('ab')
    const [one, other] = fromReadableStream(source([event('a'), event('b'), end]).body).tee()
    const breaking = (async () => {
      for await (const _ of other) break
    })()
    expect(await one.finalText()).toBe('ab')
    await breaking
  })

  test('closes the connection when both have left', async () => {
    const both = source([event('a')], true)
    const [left, right] = fromReadableStream(both.body).tee()
    await Promise.all([left, right].map((branch) => branch[Symbol.asyncIterator]().next()))
    await left.cancel()
    expect(both.cancelled).toBe(0)
    await right.cancel()
    expect(both.cancelled).toBe(1)
  })

  test('closes an unused stream when both leave unused', async () => {
    const unused = source([event('a')])
    const [left, right] = fromReadableStream(unused.body).tee()
    await left.cancel()
    await right.cancel()
    expect(unused.cancelled).toBe(1)
    expect(unused.pulled).toBe(0)
  })

  test('ends both branches quietly when the stream is cancelled', async () => {
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        controller.enqueue(new TextEncoder().encode(event('a')))
      },
    })
    const stream = fromReadableStream(body)
    const [left, right] = stream.tee()
    const reading = Promise.all([Array.fromAsync(left), Array.fromAsync(right.textStream)])
    await new Promise((resolve) => setTimeout(resolve, 20))
    await stream.cancel()
    const [events, texts] = await reading
    expect(events.length).toBeGreaterThan(0)
    expect(texts.length).toBe(events.length)
  })

  test('fails both branches alike, with what each had', async () => {
    const failing = 'event: error\ndata: {"error":{"type":"rate_limit_error","message":"m"}}\n\n'
    const [left, right] = fromReadableStream(source([event('a'), failing]).body).tee()
    for (const result of await Promise.allSettled([left.finalText(), Array.fromAsync(right)])) {
      expect(result.status).toBe('rejected')
      const error = result.status === 'rejected' ? result.reason : undefined
      expect(error).toBeInstanceOf(RateLimitError)
      expect(error).toMatchObject({ partial: { text: 'a' } })
    }
  })

  test('lets go of a connection whose answer is complete', async () => {
    const complete = source([event('a'), end])
    const [left, right] = fromReadableStream(complete.body).tee()
    await Promise.all([left.finalText(), right.finalText()])
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(complete.body.locked).toBe(false)
    expect(complete.cancelled).toBe(0)
    expect(complete.pulled).toBe(3)
  })

  test('branches can be split again, and are used once', async () => {
    const [left, right] = fromReadableStream(source([event('a'), end]).body).tee()
    const [first, second] = left.tee()
    const texts = await Promise.all([first, second, right].map((branch) => branch.finalText()))
    expect(texts).toEqual(['a', 'a', 'a'])
    await expect(right.finalText()).rejects.toThrow(StreamConsumedError)
  })

  test('branches know the response', async () => {
    const [left, right] = fromReadableStream(source([event('a'), end]).body).tee()
    expect((await left.response).status).toBe(200)
    expect((await right.response).status).toBe(200)
    const events: StreamEvent[][] = await Promise.all(
      [left, right].map((branch) => Array.fromAsync(branch)),
    )
    expect(events.map(({ length }) => length)).toEqual([2, 2])
  })
})

describe('a branch that waits for the other one', () => {
  const start = async (
    options: { signal?: AbortSignal } = {},
  ): Promise<{
    parent: AnalysisStream
    ahead: AsyncIterator<StreamEvent>
    behind: AsyncIterator<StreamEvent>
  }> => {
    const parent = fromReadableStream(new Body([event('a'), event('b')], 'hang').stream, options)
    const [left, right] = parent.tee()
    const ahead = left[Symbol.asyncIterator]()
    const behind = right[Symbol.asyncIterator]()
    await Promise.all([ahead.next(), behind.next()])
    return { parent, ahead, behind }
  }

  test('is told when the signal ends both, and so is the other, once it asks', async () => {
    const controller = new AbortController()
    const { ahead, behind } = await start(controller)
    const pending = ahead.next()
    controller.abort()
    expect(await catchError(pending)).toBeInstanceOf(RequestAbortedError)
    expect(await catchError(behind.next())).toBeInstanceOf(RequestAbortedError)
  })

  test('and the other are both told, whenever that asks', async () => {
    for (let ticks = 0; ticks < 6; ticks += 1) {
      const controller = new AbortController()
      const { ahead, behind } = await start(controller)
      const pending = catchError(ahead.next())
      await new Promise((resolve) => setTimeout(resolve))
      controller.abort()
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
      expect(await catchError(behind.next())).toBeInstanceOf(RequestAbortedError)
      expect(await pending).toBeInstanceOf(RequestAbortedError)
    }
  })

  test('finds the end when the stream they come from is cancelled', async () => {
    const { parent, ahead, behind } = await start()
    const pending = ahead.next()
    await parent.cancel()
    expect((await pending).done).toBe(true)
    expect((await behind.next()).done).toBe(true)
  })
})
