import { getEventListeners } from 'node:events'
import { ConnectionError, RequestAbortedError, VecTrade } from '@vectrade/node'
import { startRawServer } from '@vectrade/test-kit/raw-server'
import { expect, test } from 'vitest'
import { rejection } from '../cases/cases.ts'
import { type Answer, startApi } from './test-support/api.ts'
import { done, never, silentAfter, textEvent } from './test-support/answers.ts'
import { expectNoUnhandledRejections } from './test-support/unhandled-rejections.ts'

expectNoUnhandledRejections()

function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}

test('already-aborted-signal', async () => {
  await using server = await startRawServer(() => {})
  const client = new VecTrade({ apiKey: 'vq_none_at_all', baseURL: server.url })
  const reason = new Error('Enough')
  const signal = AbortSignal.abort(reason)
  for (const call of [
    () => client.ai.stream('Bull case?', { signal }).finalText(),
    () => client.ai.analyze('Bull case?', { signal }),
  ]) {
    expect((await rejection(call(), RequestAbortedError)).cause).toBe(reason)
  }
  expect(listenersOf(signal)).toBe(0)
  expect(server.received).toEqual([])
})

/** Asserts that both kinds of call end when they are aborted while the server is at this point. */
async function assertAborts(answer: Answer): Promise<void> {
  for (const kind of ['stream', 'analyze'] as const) {
    let reached: (() => void) | undefined
    const point = new Promise<void>((resolve) => (reached = resolve))
    await using api = await startApi((response, asked) => {
      answer(response, asked)
      // The written bytes have arrived by then.
      setTimeout(() => reached?.(), 50)
    })
    const client = api.client({ maxRetries: 2 })
    const { signal, abort } = controllerOf(new Error('Enough'))
    const calling =
      kind === 'stream'
        ? client.ai.stream('Bull case?', { signal }).finalText()
        : client.ai.analyze('Bull case?', { signal })
    const failed = rejection(calling, RequestAbortedError)
    await point
    expect(api.open).toBe(1)
    expect(listenersOf(signal)).toBeGreaterThan(0)
    abort()
    expect((await failed).cause).toBe(signal.reason)
    await expect.poll(() => api.open).toBe(0)
    expect(listenersOf(signal)).toBe(0)
    expect(api.asked).toHaveLength(1)
  }
}

function controllerOf(reason: Error): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort(reason) }
}

test('abort before first response byte', () => assertAborts(never))

test('abort mid response', () =>
  assertAborts((response, asked) => {
    if (asked.body.includes('"stream":true')) return silentAfter(textEvent('a'))(response, asked)
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"text":"a')
  }))

test('server-closes immediately', async () => {
  await using server = await startRawServer((socket) => socket.destroy())
  await assertNoConnection(server.url, 'Bull case?')
})

test('server-closes mid request', async () => {
  // More than the buffers to the server hold, so that it is cut while it is being sent.
  const prompt = 'Bull case? '.repeat(2 ** 20)
  await using server = await startRawServer((socket) => socket.resetAndDestroy())
  await assertNoConnection(server.url, prompt)
  for (const received of server.received) expect(received.length).toBeLessThan(prompt.length)
})

async function assertNoConnection(baseURL: string, prompt: string): Promise<void> {
  const client = new VecTrade({ apiKey: 'vq_none_at_all', baseURL, maxRetries: 0 })
  for (const calling of [client.ai.stream(prompt).finalText(), client.ai.analyze(prompt)]) {
    const error = await rejection(calling, ConnectionError)
    expect(error).toMatchObject({ code: 'connection_error', phase: 'connect', retryable: true })
    expect(String(error)).not.toContain('Bull case?')
  }
}

test('break-out-aborts', async () => {
  await using api = await startApi(silentAfter(textEvent('a') + textEvent('b')))
  let cancelled = 0
  let body: Response['body'] = null
  const client = api.client({
    fetch: async (url, init) => {
      const response = await fetch(url, init)
      const reader = response.body!.getReader()
      body = new ReadableStream({
        async pull(controller) {
          controller.enqueue((await reader.read()).value)
        },
        cancel(reason) {
          cancelled += 1
          return reader.cancel(reason)
        },
      })
      return new Response(body, response)
    },
  })
  for await (const { content } of client.ai.stream('Bull case?')) {
    expect(content).toBe('a')
    break
  }
  expect(cancelled).toBe(1)
  expect(body!.locked).toBe(false)
  await expect.poll(() => api.open).toBe(0)
})

// Node's fetch does not abort a pending handshake. Its own limit of 10 s ends it.
test.concurrent('abort before first request byte', async () => {
  // The server accepts the connection but answers no TLS handshake, so that no request can be sent.
  let sockets = 0
  let open = 0
  await using server = await startRawServer((socket) => {
    sockets += 1
    open += 1
    socket.on('close', () => (open -= 1))
  })
  const baseURL = server.url.replace('http:', 'https:')
  const client = new VecTrade({ apiKey: 'vq_none_at_all', baseURL })
  const { signal, abort } = controllerOf(new Error('Enough'))
  const failed = rejection(
    client.ai.stream('Bull case?', { signal }).finalText(),
    RequestAbortedError,
  )
  await expect.poll(() => sockets).toBe(1)
  abort()
  expect((await failed).cause).toBe(signal.reason)
  expect(listenersOf(signal)).toBe(0)
  await expect.poll(() => open, { timeout: 100_000 }).toBe(0)
  expect(sockets).toBe(1)
})

test.concurrent('abort-listeners-released', async () => {
  const requests = 10_000
  const body = textEvent('a') + done
  // A bare socket answers, because an HTTP server would take longer than everything else.
  const head = `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${body.length}\r\n\r\n`
  await using server = await startRawServer((socket) => {
    socket.write(head + body)
    socket.on('data', () => socket.write(head + body))
  })
  const client = new VecTrade({ apiKey: 'vq_none_at_all', baseURL: server.url, maxRetries: 0 })
  const { signal } = new AbortController()
  let most = 0
  let asked = 0
  const work = async (): Promise<void> => {
    while (asked < requests) {
      const at = (asked += 1)
      const stream = client.ai.stream('Bull case?', { signal })
      if (at % 100 === 0) for await (const _ of stream) break
      else if ((await stream.finalText()) !== 'a') throw new Error('That is not the answer')
      if (at % 10 === 0) most = Math.max(most, listenersOf(signal))
    }
  }
  await Promise.all(Array.from({ length: 16 }, work))
  expect(server.received.join('').split('POST /v1/ai/analyze')).toHaveLength(requests + 1)
  expect(most).toBeGreaterThan(0)
  expect(listenersOf(signal)).toBe(0)
}, 300_000)
