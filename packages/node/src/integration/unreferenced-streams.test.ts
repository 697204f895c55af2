import { getEventListeners } from 'node:events'
import process from 'node:process'
import { describe, expect, test } from 'vitest'
import {
  type AnalysisStream,
  type CallEnd,
  decodeEventStream,
  fromReadableStream,
  fromResponse,
  type LiveFeed,
  VecTrade,
} from '../index.ts'
import { collectGarbage } from '@vectrade/test-kit/collect-garbage'
import { serve, type WebServer } from '@vectrade/test-kit/web-server'

const { signal } = new AbortController()

describe('the connection is closed after garbage collection of', () => {
  test.for<[string, (server: WebServer) => Promise<unknown>]>([
    ['a stream before it is read', ({ url }) => opened(clientOf(url).ai.stream('p'))],
    ['a stream that has been read from', ({ url }) => beginning(clientOf(url).ai.stream('p'))],
    ['the iterator of a stream', ({ url }) => beginning(clientOf(url).ai.stream('p').textStream)],
    ['the response of a stream', ({ url }) => begun(clientOf(url).ai.stream('p').toResponse())],
    [
      'both branches of a tee',
      async ({ url }) => Promise.all(clientOf(url).ai.stream('p').tee().map(beginning)),
    ],
    [
      'the response of a stream, on a signal that is still referenced',
      ({ url }) => begun(clientOf(url).ai.stream('p').toResponse({ signal })),
    ],
    ['a live feed before it is read', async ({ url }) => liveFeed(url)],
    ['a live feed that has been read from', async ({ url }) => beginning(await liveFeed(url))],
    ['a stream of fromResponse', async ({ url }) => beginning(fromResponse(await fetch(url)))],
    [
      'an unused stream of fromReadableStream',
      async ({ url }) => fromReadableStream((await fetch(url)).body!),
    ],
    [
      'unused messages of decodeEventStream',
      async ({ url }) => decodeEventStream((await fetch(url)).body!),
    ],
    [
      'messages of decodeEventStream that have been read from',
      async ({ url }) => beginning(decodeEventStream((await fetch(url)).body!)),
    ],
  ])('%s', async ([, use]) => {
    await using server = await serve((req, res) => {
      req.resume()
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write('data: {"type":"text","content":"a"}\n\n')
    })
    const drop = async (): Promise<void> => {
      await use(server)
      expect(server.sockets.size).toBe(1)
    }
    const timers = runningTimers()
    await drop()
    // Looks at these sockets only: after an aborted call, undici opens a new idle socket.
    const before = [...server.sockets]
    await expect
      .poll(async () => {
        await collectGarbage()
        const isOpen = before.some((socket) => server.sockets.has(socket))
        const listeners = getEventListeners(signal, 'abort').length
        return { isOpen, listeners, timers: Math.max(0, runningTimers() - timers) }
      })
      .toEqual({ isOpen: false, listeners: 0, timers: 0 })
  })

  test.for<[string, (response: Response) => AnalysisStream]>([
    ['fromResponse', (response) => fromResponse(response, { signal })],
    ['fromReadableStream', ({ body }) => fromReadableStream(body!, { signal })],
  ])(
    'an unused stream of %s cancels its body and leaves no listener on its signal',
    async ([, from]) => {
      let cancelled = 0
      const drop = (): void => {
        const body = new ReadableStream({ cancel: () => void (cancelled += 1) })
        from(new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
      }
      drop()
      await expect
        .poll(async () => {
          await collectGarbage()
          return { cancelled, listeners: getEventListeners(signal, 'abort').length }
        })
        .toEqual({ cancelled: 1, listeners: 0 })
    },
  )

  test('one branch of a tee can be read after the other was collected', async () => {
    await using server = await serve((req, res) => {
      req.resume()
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.end('data: {"type":"text","content":"a"}\n\ndata: [DONE]\n\n')
    })
    const begin = (): AnalysisStream => clientOf(server.url).ai.stream('p').tee()[0]
    const reading = begin().finalText()
    await collectGarbage()
    expect(await reading).toBe('a')
  })
})

test('a stream that the program drops ends its observed call', async () => {
  await using server = await serve((req, res) => {
    req.resume()
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write('data: {"type":"text","content":"a"}\n\n')
  })
  const ends: string[] = []
  const instrumentation = {
    onCall: () => ({ onEnd: ({ outcome }: CallEnd) => void ends.push(outcome) }),
  }
  const client = new VecTrade({ apiKey: 'vq_none', baseURL: `${server.url}v1`, instrumentation })
  await beginning(client.ai.stream('p'))
  await expect
    .poll(async () => {
      await collectGarbage()
      return ends
    })
    .toEqual(['dropped'])
})

function runningTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
}

async function opened(stream: AnalysisStream): Promise<AnalysisStream> {
  await stream.response
  return stream
}

function clientOf(url: string): VecTrade {
  return new VecTrade({ apiKey: 'vq_none_at_all', baseURL: `${url}v1` })
}

async function beginning<T>(items: AsyncIterable<T>): Promise<AsyncIterator<T>> {
  const iterator = items[Symbol.asyncIterator]()
  expect((await iterator.next()).done).toBe(false)
  return iterator
}

async function begun({ body }: Response): Promise<unknown> {
  const reader = body!.getReader()
  expect((await reader.read()).done).toBe(false)
  return reader
}

async function liveFeed(endpoint: string): Promise<LiveFeed> {
  const feed = new VecTrade({ endpoint }).live.subscribe({ symbols: ['NVDA'] })
  await feed.ready
  return feed
}
