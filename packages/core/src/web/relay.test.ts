import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Body, catchError, complete, sse, text } from '../test-support/body.ts'
import { fromReadableStream, type StreamEvent, toReadableStream } from '../index.ts'

const read = (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text()

afterEach(() => void vi.useRealTimers())

describe('heartbeats', () => {
  test('come while the source is silent, between events, and leave no timer', async () => {
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

  test.for([-1, Number.NaN, '5' as unknown as number])('%s is refused', (heartbeat) => {
    const stream = fromReadableStream(new Body(complete).stream)
    expect(() => toReadableStream(stream, { heartbeat })).toThrow(/`heartbeat`/)
  })

  test('let an item pass that comes between two reads, once, and an abort behind it', async () => {
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

  test('every 15 s by default, none with 0, none that nobody reads', async () => {
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
  test('ends source and relay, with an error event, and is let go', async () => {
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

  test('ends it whenever it comes, an item being passed on or not', async () => {
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

  test('already aborted takes nothing from the source', async () => {
    const body = new Body([sse(text('a'))])
    const signal = AbortSignal.abort()
    const wire = await read(toReadableStream(fromReadableStream(body.stream), { signal }))
    expect(wire).toContain('event: error')
    expect(wire).toContain('The request was aborted')
    expect(body.pulled).toBe(0)
    expect(body.cancelled).toBe(1)
  })

  test('is let go at the end and when the reader leaves', async () => {
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
