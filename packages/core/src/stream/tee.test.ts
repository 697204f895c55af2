import { describe, expect, test, vi } from 'vitest'
import { createStream } from './create-stream.ts'
import { encodeEvent } from '../sse/encode.ts'
import { Body, catchError } from '../test-support/body.ts'
import {
  type AnalysisStream,
  type FetchInit,
  fromReadableStream,
  RateLimitError,
  RequestAbortedError,
  type StreamEvent,
  StreamConsumedError,
  type StreamResponse,
  VecTrade,
} from '../index.ts'

const event = (content: string): string =>
  encodeEvent({ data: JSON.stringify({ type: 'text', content }) })
const end = 'data: {"type":"done"}\n\ndata: [DONE]\n\n'

interface Source {
  body: ReadableStream<Uint8Array>
  pulled: number
  cancelled: number
}

/** Returns a body that gives one chunk per pull. An endless one repeats the last chunk. */
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
  test('gives every event to both branches', async () => {
    const [first, second] = fromReadableStream(
      source([event('a'), event('b') + event('c'), end]).body,
    ).tee()
    const [text, events] = await Promise.all([first.finalText(), Array.fromAsync(second)])
    expect(text).toBe('abc')
    expect(events.map(({ type }) => type)).toEqual(['text', 'text', 'text', 'done'])
  })

  test('lets the slower branch set the pace', async () => {
    const endless = source([event('x')], true)
    const [first, second] = fromReadableStream(endless.body).tee()
    const fast = first[Symbol.asyncIterator]()
    const slow = second[Symbol.asyncIterator]()
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

  test('continues with one branch when the other ends, used or not', async () => {
    const [first, second] = fromReadableStream(source([event('a'), event('b'), end]).body).tee()
    await second.cancel()
    expect(await first.finalText()).toBe('ab')
    const [one, other] = fromReadableStream(source([event('a'), event('b'), end]).body).tee()
    const breaking = (async () => {
      for await (const _ of other) break
    })()
    expect(await one.finalText()).toBe('ab')
    await breaking
  })

  test('closes the connection when both branches have ended', async () => {
    const both = source([event('a')], true)
    const [first, second] = fromReadableStream(both.body).tee()
    await Promise.all([first, second].map((branch) => branch[Symbol.asyncIterator]().next()))
    await first.cancel()
    expect(both.cancelled).toBe(0)
    await second.cancel()
    expect(both.cancelled).toBe(1)
  })

  test('closes an unused stream when both branches end unused', async () => {
    const unused = source([event('a')])
    const [first, second] = fromReadableStream(unused.body).tee()
    await first.cancel()
    await second.cancel()
    expect(unused.cancelled).toBe(1)
    expect(unused.pulled).toBe(0)
  })

  test('ends both branches without an error when the stream is cancelled', async () => {
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        controller.enqueue(new TextEncoder().encode(event('a')))
      },
    })
    const stream = fromReadableStream(body)
    const [first, second] = stream.tee()
    const reading = Promise.all([Array.fromAsync(first), Array.fromAsync(second.textStream)])
    await new Promise((resolve) => setTimeout(resolve, 20))
    await stream.cancel()
    const [events, texts] = await reading
    expect(events.length).toBeGreaterThan(0)
    expect(texts.length).toBe(events.length)
  })

  test('throws a failure in both branches, with the partial answer', async () => {
    const failing = 'event: error\ndata: {"error":{"type":"rate_limit_error","message":"m"}}\n\n'
    const [first, second] = fromReadableStream(source([event('a'), failing]).body).tee()
    for (const result of await Promise.allSettled([first.finalText(), Array.fromAsync(second)])) {
      expect(result.status).toBe('rejected')
      const error = result.status === 'rejected' ? result.reason : undefined
      expect(error).toBeInstanceOf(RateLimitError)
      expect(error).toMatchObject({ partial: { text: 'a' } })
    }
  })

  test('frees the connection when the answer is complete', async () => {
    const complete = source([event('a'), end])
    const [first, second] = fromReadableStream(complete.body).tee()
    await Promise.all([first.finalText(), second.finalText()])
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(complete.body.locked).toBe(false)
    expect(complete.cancelled).toBe(0)
    expect(complete.pulled).toBe(3)
  })

  test('branches can be split again, and each can be used once', async () => {
    const [first, second] = fromReadableStream(source([event('a'), end]).body).tee()
    const branches = [...first.tee(), second]
    const texts = await Promise.all(branches.map((branch) => branch.finalText()))
    expect(texts).toEqual(['a', 'a', 'a'])
    await expect(second.finalText()).rejects.toThrow(StreamConsumedError)
  })

  test('branches have the response', async () => {
    const [first, second] = fromReadableStream(source([event('a'), end]).body).tee()
    expect((await first.response).status).toBe(200)
    expect((await second.response).status).toBe(200)
    const events: StreamEvent[][] = await Promise.all(
      [first, second].map((branch) => Array.fromAsync(branch)),
    )
    expect(events.map(({ length }) => length)).toEqual([2, 2])
  })
})

describe('a branch that waits for the other one', () => {
  const start = async (
    options: { signal?: AbortSignal } = {},
  ): Promise<{
    original: AnalysisStream
    ahead: AsyncIterator<StreamEvent>
    behind: AsyncIterator<StreamEvent>
  }> => {
    const original = fromReadableStream(new Body([event('a'), event('b')], 'hang').stream, options)
    const [first, second] = original.tee()
    const ahead = first[Symbol.asyncIterator]()
    const behind = second[Symbol.asyncIterator]()
    await Promise.all([ahead.next(), behind.next()])
    return { original, ahead, behind }
  }

  test('fails when the signal is aborted, and so does the other one when it reads', async () => {
    const controller = new AbortController()
    const { ahead, behind } = await start(controller)
    const pending = ahead.next()
    controller.abort()
    expect(await catchError(pending)).toBeInstanceOf(RequestAbortedError)
    expect(await catchError(behind.next())).toBeInstanceOf(RequestAbortedError)
  })

  test('fails with the other one, whenever that reads', async () => {
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

  test('ends with the original stream, even if that and the other branch are cancelled while it asks', async () => {
    for (let ticks = 0; ticks < 6; ticks += 1) {
      const original = fromReadableStream(new Body([event('a'), event('b')], 'hang').stream)
      const [first, second] = original.tee()
      const ahead = first[Symbol.asyncIterator]()
      const behind = second[Symbol.asyncIterator]()
      await Promise.all([ahead.next(), behind.next()])
      const pending = ahead.next()
      await new Promise((resolve) => setTimeout(resolve))
      void original.cancel()
      void first.cancel()
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
      expect((await behind.next()).done).toBe(true)
      expect((await pending).done).toBe(true)
    }
  })

  test('ends when the original stream is cancelled', async () => {
    const { original, ahead, behind } = await start()
    const pending = ahead.next()
    await original.cancel()
    expect((await pending).done).toBe(true)
    expect((await behind.next()).done).toBe(true)
  })
})

test('the branches of a resumed stream have its ids, and stop it', async () => {
  const asked: string[] = []
  const fetch = async (url: string, { method }: FetchInit): Promise<Response> => {
    asked.push(`${method} ${url}`)
    return new Response(null, { status: 204 })
  }
  const client = new VecTrade({ endpoint: 'https://e/', fetch })
  const [first, second] = client.ai.resume('s-1', { lastEventId: '7' }).tee()
  expect([first, second].map(({ id, lastEventId }) => [id, lastEventId])).toEqual([
    ['s-1', '7'],
    ['s-1', '7'],
  ])
  await first.stop()
  expect(asked).toEqual(['DELETE https://e/?stream=s-1'])
})

test('a branch that ends early keeps the id of its last event', async () => {
  const chunks = ['a', 'b', 'c'].map((content, at) => `id: ${at + 1}\n${event(content)}`)
  const [first, second] = fromReadableStream(source([...chunks, end]).body).tee()
  const breaking = (async () => {
    for await (const { content } of second) if (content === 'b') break
  })()
  expect(await first.finalText()).toBe('abc')
  await breaking
  expect([first, second].map(({ lastEventId }) => lastEventId)).toEqual(['3', '2'])
})

test('a source that cannot be drained causes no unhandled rejection', async () => {
  const unhandled = vi.fn<(error: unknown) => void>()
  process.on('unhandledRejection', unhandled)
  const stream = createStream({
    open: async () => {
      const pending: StreamEvent[] = [{ type: 'done', content: '' }]
      return {
        response: { status: 200, headers: new Headers() } as StreamResponse,
        lastEventId: '',
        cut: false,
        get complete() {
          return pending.length === 0
        },
        take: () => pending.pop(),
        fill: async () => true,
        close() {},
        drain: () => Promise.reject(new Error('no')),
      }
    },
  })
  const [first, second] = stream.tee()
  await Promise.allSettled([first.finalText(), second.finalText()])
  await new Promise((resolve) => setTimeout(resolve, 5))
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})
