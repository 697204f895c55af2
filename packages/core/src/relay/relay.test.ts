import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Body, catchError, complete, sse, text } from '../test-support/body.ts'
import { ControlledSource } from '../test-support/controlled-source.ts'
import { fromReadableStream, type StreamEvent, toReadableStream } from '../index.ts'

const read = (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text()

afterEach(() => void vi.useRealTimers())

describe('heartbeats', () => {
  test('are sent while the source is silent, and leave no timer', async () => {
    vi.useFakeTimers()
    let wake = (): void => {}
    async function* events(): AsyncGenerator<StreamEvent> {
      await new Promise<void>((resolve) => (wake = resolve))
      yield { type: 'text', content: 'a' }
    }
    const reading = read(toReadableStream(events(), { heartbeat: 1000 }))
    await vi.advanceTimersByTimeAsync(2500)
    wake()
    expect(await reading).toBe(
      ': heartbeat\n\n: heartbeat\n\ndata: {"type":"text","content":"a"}\n\ndata: [DONE]\n\n',
    )
    expect(vi.getTimerCount()).toBe(0)
  })

  test.for([-1, Number.NaN, '5' as unknown as number])(
    'an interval of %s is refused',
    (heartbeat) => {
      const stream = fromReadableStream(new Body(complete).stream)
      expect(() => toReadableStream(stream, { heartbeat })).toThrow(/`heartbeat`/)
    },
  )

  test('do not lose an item that arrives between two reads, or an abort after it', async () => {
    vi.useFakeTimers()
    const controller = new AbortController()
    const items: ((content: string) => void)[] = []
    const source: AsyncIterable<StreamEvent> = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((resolve) => {
            items.push((content) => resolve({ done: false, value: { type: 'text', content } }))
          }),
      }),
    }
    const options = { heartbeat: 100, signal: controller.signal }
    const reader = toReadableStream(source, options).getReader()
    const next = async (): Promise<string> => new TextDecoder().decode((await reader.read()).value)
    const beat = next()
    await vi.advanceTimersByTimeAsync(100)
    expect(await beat).toBe(': heartbeat\n\n')
    items[0]?.('one')
    await vi.advanceTimersByTimeAsync(0)
    expect(await next()).toBe(sse(text('one')))
    const second = next()
    await vi.advanceTimersByTimeAsync(100)
    expect(await second).toBe(': heartbeat\n\n')
    items[1]?.('two')
    await vi.advanceTimersByTimeAsync(0)
    controller.abort()
    expect(await next()).toBe(sse(text('two')))
    expect(await next()).toMatch(/^event: error/)
    expect(items).toHaveLength(2)
    expect((await reader.read()).done).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('are sent every 15 s by default, never with 0, and only while a read is pending', async () => {
    vi.useFakeTimers()
    const silent = (heartbeat?: number): ReadableStreamDefaultReader<Uint8Array> =>
      toReadableStream(fromReadableStream(new Body([], 'hang').stream), { heartbeat }).getReader()
    const reader = silent()
    const first = reader.read()
    await vi.advanceTimersByTimeAsync(14_999)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(new TextDecoder().decode((await first).value)).toBe(': heartbeat\n\n')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(vi.getTimerCount()).toBe(0)
    await reader.cancel()
    const none = silent(0)
    const pending = none.read()
    await vi.advanceTimersByTimeAsync(100_000)
    await none.cancel()
    expect((await pending).done).toBe(true)
  })
})

describe('the signal of a relay', () => {
  test('ends source and relay with an error event, and has no listener afterwards', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const body = new Body([sse(text('a'))], 'hang')
    const relay = toReadableStream(fromReadableStream(body.stream), { signal })
    const reading = catchError(fromReadableStream(relay).finalText())
    await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort()
    expect(await reading).toMatchObject({ name: 'ServiceUnavailableError', partial: { text: 'a' } })
    expect(body.cancelled).toBe(1)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('ends the relay at any time, also while an item is being sent', async () => {
    for (let ticks = 0; ticks < 8; ticks += 1) {
      const controller = new AbortController()
      let give = (): void => {}
      let reads = 0
      const source: AsyncIterable<StreamEvent> = {
        [Symbol.asyncIterator]: () => ({
          next: () =>
            (reads += 1) > 1
              ? new Promise(() => {})
              : new Promise((resolve) => {
                  give = () => resolve({ done: false, value: { type: 'text', content: 'x' } })
                }),
        }),
      }
      const reading = read(toReadableStream(source, { signal: controller.signal, heartbeat: 0 }))
      await new Promise((resolve) => setTimeout(resolve))
      give()
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
      controller.abort()
      expect(await reading).toMatch(/event: error\ndata: .*\n\n$/)
    }
  })

  test('that is already aborted ends the source unread', async () => {
    const body = new Body([sse(text('a'))])
    const signal = AbortSignal.abort()
    const wire = await read(toReadableStream(fromReadableStream(body.stream), { signal }))
    expect(wire).toContain('event: error')
    expect(wire).toContain('The request was aborted')
    expect(body.pulled).toBe(0)
    expect(body.cancelled).toBe(1)
  })

  test('has no listener after the end, or after the reader has cancelled', async () => {
    const { signal } = new AbortController()
    await read(toReadableStream(fromReadableStream(new Body(complete).stream), { signal }))
    const reader = toReadableStream(fromReadableStream(new Body(complete).stream), {
      signal,
    }).getReader()
    await reader.read()
    await reader.cancel()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('a source is told to end', () => {
  interface Relaying {
    source: ControlledSource
    reader: ReadableStreamDefaultReader<Uint8Array>
    abort: () => void
  }
  const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

  /** Calls `act` during a read of the source. Returns how often the source was told to end. */
  async function returnedAfter(act: (relaying: Relaying) => unknown): Promise<number> {
    const source = new ControlledSource()
    const controller = new AbortController()
    const { signal } = controller
    const reader = toReadableStream(source, { signal, heartbeat: 0 }).getReader()
    const reading = reader.read()
    await tick()
    expect(source.taken).toBe(1)
    await act({ source, reader, abort: () => controller.abort() })
    await tick()
    await reading
    while (!(await reader.read()).done);
    // Ending it again changes nothing.
    controller.abort()
    source.fail()
    await reader.cancel()
    await tick()
    return source.returned
  }

  test.for<[string, number, (relaying: Relaying) => unknown]>([
    ['not when it has ended', 0, ({ source }) => source.end()],
    ['not when it has failed', 0, ({ source }) => source.fail()],
    [
      'once when an event cannot be encoded',
      1,
      ({ source }) => source.give({ type: 'text', content: 1n as never }),
    ],
    ['once when its reader cancels', 1, ({ reader }) => reader.cancel()],
    ['once when it is aborted', 1, ({ abort }) => abort()],
    [
      'once when it is aborted and then its reader cancels',
      1,
      async ({ abort, reader }) => {
        abort()
        await tick()
        await reader.cancel()
      },
    ],
    [
      'once when it is aborted between two events',
      1,
      async ({ source, abort }) => {
        source.give({ type: 'text', content: 'a' })
        await tick()
        abort()
      },
    ],
    [
      'not when it has ended and then its reader cancels',
      0,
      async ({ source, reader }) => {
        source.end()
        await tick()
        await reader.cancel()
      },
    ],
  ])('%s', async ([, times, act]) => {
    expect(await returnedAfter(act)).toBe(times)
  })

  const endings: Record<string, (relaying: Relaying) => unknown> = {
    abort: ({ abort }) => abort(),
    cancel: ({ reader }) => void reader.cancel(),
    error: ({ source }) => source.fail(),
    end: ({ source }) => source.end(),
    event: ({ source }) => source.give({ type: 'text', content: 'a' }),
  }
  const names = Object.keys(endings)
  const orders = names.flatMap((first) =>
    names.flatMap((second) => names.map((third) => [first, second, third])),
  )

  test('at most once when everything happens in one tick, in any order', async () => {
    for (const order of orders) {
      if (!order.some((name) => name === 'abort' || name === 'cancel')) continue
      const times = await returnedAfter((relaying) => {
        for (const name of order) endings[name]?.(relaying)
      })
      // The failure of a promise is reported last.
      expect([order, times]).toEqual([order, 1])
    }
  })

  test.for<[string, (reader: ReadableStreamDefaultReader<Uint8Array>) => unknown, boolean]>([
    ['once when it was never read', (reader) => reader.cancel(), false],
    ['once when it was aborted before', (reader) => reader.read(), true],
  ])('%s', async ([, act, isAborted]) => {
    const source = new ControlledSource()
    const signal = isAborted ? AbortSignal.abort() : undefined
    const reader = toReadableStream(source, { signal }).getReader()
    await act(reader)
    await reader.cancel()
    expect([source.taken, source.returned]).toEqual([0, 1])
  })

  test('not when it throws instead of returning a promise', async () => {
    let returned = 0
    const source: AsyncIterable<StreamEvent> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          throw new Error('mine')
        },
        return: async () => {
          returned += 1
          return { done: true, value: undefined }
        },
      }),
    }
    expect(await read(toReadableStream(source))).toContain('event: error')
    expect(returned).toBe(0)
  })
})
