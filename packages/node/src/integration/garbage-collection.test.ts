import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { VecTrade as CoreClient } from '@vectrade/core'
import {
  type AnalysisStream,
  createHandler,
  decodeEventStream,
  fromReadableStream,
  fromResponse,
  memoryStore,
  RequestAbortedError,
  TimeoutError,
  toNodeHandler,
  toNodeReadable,
  VecTrade,
} from '../index.ts'
import { collectGarbage } from '@vectrade/test-kit/collect-garbage'
import { serve, type WebServer } from '@vectrade/test-kit/web-server'

const sent = 'data: {"type":"text","content":"a"}\n\ndata: {"type":"done"}\n\ndata: [DONE]\n\n'

// Node cancels the body of a garbage-collected response, unless the body is locked.
let api: WebServer
let endpoint: WebServer
let client: VecTrade
beforeAll(async () => {
  api = await serve((req, res) => {
    req.resume()
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write(sent.slice(0, 10))
    setTimeout(() => res.end(sent.slice(10)), 20)
  })
  client = new VecTrade({ apiKey: 'vq_none_at_all', baseURL: `${api.url}v1` })
  endpoint = await serve(toNodeHandler(createHandler({ client, store: memoryStore() })))
})
afterAll(async () => {
  await endpoint[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

async function opened(stream: AnalysisStream): Promise<AnalysisStream> {
  await stream.response
  return stream
}

async function decoded(): Promise<() => Promise<string>> {
  const { body } = await fetch(api.url)
  const messages = decodeEventStream(body!)
  return async () => {
    let data = ''
    for await (const message of messages) data += message.data
    return data
  }
}

const textOf = (stream: AnalysisStream) => (): Promise<string> => stream.finalText()

test.for<[string, () => Promise<() => Promise<string>>]>([
  ["a client's stream", async () => textOf(await opened(client.ai.stream('p')))],
  [
    'a stored stream',
    async () => {
      const page = new VecTrade({ endpoint: endpoint.url })
      return textOf(await opened(page.ai.stream('p')))
    },
  ],
  ['fromResponse', async () => textOf(await opened(fromResponse(await fetch(api.url))))],
  ['fromReadableStream', async () => textOf(fromReadableStream((await fetch(api.url)).body!))],
  ['decodeEventStream', decoded],
  [
    'toResponse',
    async () => {
      const response = (await opened(client.ai.stream('p'))).toResponse()
      return async () => fromResponse(response).finalText()
    },
  ],
  [
    'toNodeReadable',
    async () => {
      const readable = toNodeReadable(await opened(client.ai.stream('p')))
      return async () => (await readable.toArray()).join('')
    },
  ],
])('%s is complete, even if it is read after a garbage collection', async ([, open]) => {
  const read = await open()
  await collectGarbage()
  expect(await read()).toContain('a')
})

function clientOf(url: string, fetch?: typeof globalThis.fetch): VecTrade {
  return new VecTrade({ apiKey: 'vq_none_at_all', baseURL: `${url}v1`, ...(fetch && { fetch }) })
}

test.for<[string, (stream: AnalysisStream) => Promise<unknown>]>([
  ['events', async (stream) => (await Array.fromAsync(stream, collected)).join('')],
  ['textStream', async (stream) => (await Array.fromAsync(stream.textStream, collected)).join('')],
  ['finalText', (stream) => stream.finalText()],
  ['finalAnalysis', async (stream) => (await stream.finalAnalysis()).text],
  ['tee', async (stream) => (await Promise.all(stream.tee().map((half) => half.finalText())))[0]],
  ['toResponse', (stream) => fromResponse(stream.toResponse()).finalText()],
  [
    'toNodeReadable',
    (stream) =>
      fromResponse(
        new Response(Readable.toWeb(toNodeReadable(stream)) as ReadableStream, {
          headers: { 'content-type': 'text/event-stream' },
        }),
      ).finalText(),
  ],
])('%s is complete while the garbage collector runs all the time', async ([, read]) => {
  const pieces = Array.from({ length: 20 }, (_, at) => `${at} `)
  await using server = await serve((req, res) => {
    req.resume()
    setTimeout(async () => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const content of pieces) {
        res.write(`data: ${JSON.stringify({ type: 'text', content })}\n\n`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      res.end('data: [DONE]\n\n')
    }, 50)
  })
  const progress = { isReading: true }
  const collecting = (async () => {
    while (progress.isReading) await collectGarbage()
  })()
  // Only the promise holds the client and the stream.
  const reading = read(clientOf(server.url).ai.stream('p'))
  expect(await reading.finally(() => (progress.isReading = false))).toBe(pieces.join(''))
  await collecting
})

async function collected(item: string | { content: string }): Promise<string> {
  await collectGarbage()
  return typeof item === 'string' ? item : item.content
}

test('a handler notices an abort, even if only the signal of the request is left', async () => {
  await using server = await serve((req, res) => {
    req.resume()
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write('data: {"type":"text","content":"a"}\n\n')
  })
  const caller = new AbortController()
  const ask = (): Promise<Response> => {
    const init = { method: 'POST', body: '{"prompt":"p"}', signal: caller.signal }
    const headers = { 'content-type': 'application/json' }
    const handler = createHandler({ client: clientOf(server.url) })
    return handler(new Request('http://localhost/', { ...init, headers }))
  }
  const { body } = await ask()
  const reader = body!.getReader()
  await reader.read()
  await collectGarbage()
  const [socket] = server.sockets
  caller.abort()
  await expect.poll(() => server.sockets.has(socket!)).toBe(false)
  await reader.cancel()
})

test('a stored answer ends if its response is dropped unread and its store is full', async () => {
  await using server = await serve((req, res) => {
    req.resume()
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let at = 0; at < 1000; at += 1) res.write('data: {"type":"text","content":"a"}\n\n')
  })
  const store = memoryStore({ maxEvents: 2 })
  const handler = createHandler({ client: clientOf(server.url), store })
  const init = { method: 'POST', body: '{"prompt":"p"}' }
  const status = async (): Promise<number> =>
    (await handler(new Request('http://localhost/', init))).status
  expect(await status()).toBe(200)
  expect(server.sockets.size).toBe(1)
  await expect.poll(() => collectGarbage().then(() => server.sockets.size)).toBe(0)
})

test('a stream that has ended is not ended again when it is garbage-collected', async () => {
  const calls = { on: 0, off: 0 }
  const network = {
    isOnline: () => true,
    onWake: () => {
      calls.on += 1
      return () => (calls.off += 1)
    },
  }
  const read = async (): Promise<void> => {
    const page = new CoreClient({ endpoint: endpoint.url }, { network })
    expect(await page.ai.stream('p').finalText()).toBe('a')
  }
  await read()
  await collectGarbage()
  expect(calls.on).toBeGreaterThan(0)
  expect(calls.off).toBe(calls.on)
})

describe('a pending read of an unreferenced stream still rejects after', () => {
  const endless = (): AnalysisStream => fromReadableStream(new ReadableStream())
  const fetch = (): Promise<Response> => new Promise(() => {})

  test.for<[string, new (...parameters: never) => Error, () => Promise<unknown>]>([
    [
      'a timeout',
      TimeoutError,
      () => fromReadableStream(new ReadableStream(), { idleTimeout: 200 }).finalText(),
    ],
    [
      'an abort',
      RequestAbortedError,
      () => fromReadableStream(new ReadableStream(), { signal: abortedLater() }).finalText(),
    ],
    [
      'an abort before there is a response',
      RequestAbortedError,
      () =>
        clientOf('http://localhost/', fetch)
          .ai.stream('p', { signal: abortedLater(), timeout: 0 })
          .finalText(),
    ],
    [
      'a cancelled branch',
      RequestAbortedError,
      () => {
        const [left, right] = endless().tee()
        setTimeout(() => void right.cancel().then(() => left.cancel()), 200)
        return left.finalText()
      },
    ],
  ])('%s', async ([, Expected, wait]) => {
    let error: unknown
    void wait().catch((thrown: unknown) => (error = thrown))
    await collectGarbage()
    await expect.poll(() => error).toBeInstanceOf(Expected)
  })
})

function abortedLater(): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 200)
  return controller.signal
}
