import { getEventListeners, once } from 'node:events'
import type { ServerResponse } from 'node:http'
import {
  createHandler,
  type StreamEvent,
  toNodeHandler,
  toReadableStream,
  toResponse,
  VecTrade,
} from '@vectrade/node'
import { countedSource } from '@vectrade/test-kit/counted-source'
import { rawClient } from '@vectrade/test-kit/raw-client'
import { serve } from '@vectrade/test-kit/web-server'
import { delay } from '@vectrade/test-kit/delay'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { expect, test, vi } from 'vitest'
import { startApi } from './test-support/api.ts'
import { silentAfter, textEvent } from './test-support/answers.ts'
import { helpers, text, timers } from './test-support/helpers.ts'
import { expectNoUnhandledRejections } from './test-support/unhandled-rejections.ts'

expectNoUnhandledRejections()

test('helper-client-abort-stops-producer', async () => {
  for (const help of Object.values(helpers)) {
    for (const how of ['destroy', 'resetAndDestroy'] as const) {
      const source = countedSource([text('a')], 'silence')
      let finished = 0
      await using server = await serve((req, res) => {
        void help(() => source, req, res).then(() => (finished += 1))
      })
      const client = await rawClient(server.port)
      await client.until((got) => got.includes('"content":"a"'))
      client.socket[how]()
      await expectWithinASecond(() => finished === 1)
      await delay(20)
      expect(source.returned).toBe(1)
    }
  }

  // The signal of the handler's request is aborted once, and the request to VecTrade ends.
  await using api = await startApi(silentAfter(textEvent('a')))
  const aborted = vi.fn()
  const handler = createHandler({ client: api.client() })
  await using server = await serve(
    toNodeHandler((request) => {
      request.signal.addEventListener('abort', aborted)
      return handler(request)
    }),
  )
  const headers = ['content-type: application/json']
  const body = '{"prompt":"Bull case?"}'
  const client = await rawClient(server.port, { method: 'POST', host: 'h', headers, body })
  await client.until((got) => got.includes('"content":"a"'))
  expect(api.open).toBe(1)
  client.socket.destroy()
  await expectWithinASecond(() => api.open === 0)
  await delay(20)
  expect(aborted).toHaveBeenCalledTimes(1)
})

test('helper-error-in-producer', async () => {
  const thrown = new Error('The password is hunter2')
  for (const help of Object.values(helpers)) {
    const source = countedSource([text('a')], thrown)
    await using server = await serve((req, res) => void help(() => source, req, res))
    const answered = await (await fetch(server.url)).text()
    expect(answered).toContain('"content":"a"')
    expect(answered.split('event: error')).toHaveLength(2)
    expect(answered).toContain('server_error')
    expect(answered).not.toMatch(/hunter2|DONE|\.ts/)
  }

  // Before there is an answer, the server's own error is reported to it once.
  const onError = vi.fn()
  const client = new VecTrade({ apiKey: 'vq_none_at_all' })
  client.ai.stream = () => {
    throw thrown
  }
  await using server = await serve(toNodeHandler(createHandler({ client, onError })))
  const response = await fetch(server.url, { method: 'POST', body: '{"prompt":"Bull case?"}' })
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('hunter2')
  expect(onError.mock.calls).toEqual([[thrown]])
})

test('helper-keepalive', async () => {
  for (const end of ['silence', 'end'] as const) {
    const before = timers()
    const source = countedSource([text('a')], 'silence')
    let finish: (() => void) | undefined
    const ending = (async function* () {
      yield text('a')
      await new Promise<void>((resolve) => (finish = resolve))
    })()
    await using server = await serve(
      toNodeHandler(() => toResponse(end === 'end' ? ending : source, { heartbeat: 30 })),
    )
    const client = await rawClient(server.port)
    await client.until(() => client.count(': heartbeat') >= 3)
    expect(client.text.indexOf('"content":"a"')).toBeLessThan(client.text.indexOf(': heartbeat'))
    if (end === 'end') {
      finish?.()
      await client.until((got) => got.includes('[DONE]'))
      await delay(100)
      expect(client.text.split('[DONE]')[1]).not.toContain('heartbeat')
      client.socket.destroy()
    } else {
      client.socket.destroy()
      await expectWithinASecond(() => source.returned === 1)
    }
    await expectWithinASecond(() => timers() <= before)
  }
  await everyFifteenSeconds()
})

/** Checks the default heartbeat with a fake clock, because it is long. */
async function everyFifteenSeconds(): Promise<void> {
  vi.useFakeTimers()
  try {
    const reader = toReadableStream(countedSource<StreamEvent>([], 'silence')).getReader()
    for (let beats = 1; beats <= 3; beats += 1) {
      const reading = reader.read()
      await vi.advanceTimersByTimeAsync(15_000)
      expect(new TextDecoder().decode((await reading).value)).toMatch(/^:.*\n\n$/)
    }
    const reading = reader.read()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(vi.getTimerCount()).toBe(1)
    await reader.cancel()
    expect(vi.getTimerCount()).toBe(0)
    expect(await reading).toEqual({ done: true, value: undefined })
  } finally {
    vi.useRealTimers()
  }
}

test('helper-double-close', async () => {
  for (const pending of [true, false]) {
    const source = countedSource([text('a')], 'silence')
    const controller = new AbortController()
    const reader = toReadableStream(source, { signal: controller.signal }).getReader()
    await reader.read()
    const reading = pending ? reader.read() : undefined
    controller.abort()
    await Promise.all([reader.cancel(), reader.cancel()])
    controller.abort()
    await reading
    await reader.cancel()
    await delay(20)
    expect(source.returned).toBe(1)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  }

  // Both ends of the connection and the program close it at once.
  for (const help of Object.values(helpers)) {
    const source = countedSource([text('a')], 'silence')
    let settled = 0
    let response: ServerResponse | undefined
    await using server = await serve((req, res) => {
      response = res
      void help(() => source, req, res).then(() => (settled += 1))
    })
    const client = await rawClient(server.port)
    await client.until((got) => got.includes('"content":"a"'))
    const closed = once(response!, 'close')
    response?.destroy()
    client.socket.destroy()
    response?.destroy()
    await closed
    await expectWithinASecond(() => settled === 1)
    await delay(20)
    expect(source.returned).toBe(1)
  }

  await using api = await startApi(silentAfter(textEvent('a')))
  const client = api.client()
  const stream = client.ai.stream('Bull case?')
  const iterator = stream[Symbol.asyncIterator]()
  await iterator.next()
  await Promise.all([stream.cancel(), iterator.return?.(), stream.cancel(), stream.stop()])
  client.close()
  client.close()
  await stream.cancel()
  expect(await iterator.next()).toEqual({ done: true, value: undefined })
  await expectWithinASecond(() => api.open === 0)
  expect(api.asked).toHaveLength(1)
})
