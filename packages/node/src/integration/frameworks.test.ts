import { gzipSync } from 'node:zlib'
import type { AddressInfo } from 'node:net'
import compression from 'compression'
import express from 'express'
import Fastify, { type FastifyInstance } from 'fastify'
import { startSandbox } from '@vectrade/sandbox'
import { describe, expect, test } from 'vitest'
import { delay } from '@vectrade/test-kit/delay'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { expectNoWarnings } from '../test-support/expect-no-warnings.ts'
import { gate } from '../test-support/gate.ts'
import { rawClient } from '@vectrade/test-kit/raw-client'
import { clientOf } from '../test-support/sandbox-client.ts'
import { endless, source, text } from '../test-support/sources.ts'
import { serve } from '@vectrade/test-kit/web-server'
import {
  fromResponse,
  pipeToResponse,
  type StreamEvent,
  toNodeHandler,
  toNodeReadable,
  toResponse,
} from '../index.ts'

expectNoWarnings()

const json = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"prompt":"NVDA?"}',
}

describe('Express', () => {
  test('pipes a stream, after the JSON body was parsed', async () => {
    await using sandbox = await startSandbox()
    const client = clientOf(sandbox)
    const app = express()
    app.use(express.json())
    app.post('/ask', (req, res) =>
      pipeToResponse(client.ai.stream(String(req.body.prompt)), res, { req }),
    )
    await using server = await serve(app)
    const response = await fetch(`${server.url}ask`, json)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await fromResponse(response).finalText()).toContain('NVDA')
    expect(lastRequest(sandbox).body).toEqual({ prompt: 'NVDA?', stream: true })
  })

  test.for<[string, (app: express.Express) => void]>([
    ['no parser', () => {}],
    ['express.json()', (app) => void app.use(express.json())],
    ['express.text()', (app) => void app.use(express.text({ type: '*/*' }))],
    ['express.raw()', (app) => void app.use(express.raw({ type: '*/*' }))],
  ])('serves a mounted handler after %s', async ([, use]) => {
    const app = express()
    use(app)
    app.use(
      '/api',
      toNodeHandler(async (request) =>
        Response.json({ url: request.url, body: await request.json() }),
      ),
    )
    await using server = await serve(app)
    const answer = await (await fetch(`${server.url}api/ask?x=1`, json)).json()
    expect(answer).toEqual({ url: `${server.url}api/ask?x=1`, body: { prompt: 'NVDA?' } })
  })

  test('sets the content type of a body that it has parsed', async () => {
    const app = express()
    app.use(express.urlencoded())
    app.use(
      toNodeHandler(async (request) =>
        Response.json([request.headers.get('content-type'), await request.json()]),
      ),
    )
    await using server = await serve(app)
    const body = new URLSearchParams({ prompt: 'NVDA?' })
    const response = await fetch(server.url, { method: 'POST', body })
    expect(await response.json()).toEqual(['application/json', { prompt: 'NVDA?' }])
  })

  test('removes the content-encoding of a body that it has decompressed', async () => {
    const app = express()
    app.use(express.json())
    app.use(
      toNodeHandler(async (request) =>
        Response.json([request.headers.get('content-encoding'), await request.json()]),
      ),
    )
    await using server = await serve(app)
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const body = gzipSync('{"prompt":"NVDA?"}')
    const response = await fetch(server.url, { method: 'POST', headers, body })
    expect(await response.json()).toEqual([null, { prompt: 'NVDA?' }])
  })

  test('ends the stream when the client disconnects', async () => {
    const events = source([text('a')], 'silence')
    const app = express().get('/', (req, res) => pipeToResponse(events, res, { req }))
    await using server = await serve(app)
    const client = await rawClient(server.port)
    await client.until((all) => all.includes('data:'))
    client.socket.destroy()
    await expectWithinASecond(() => events.returned === 1)
  })
})

describe('compression()', () => {
  const gzip = { headers: { 'accept-encoding': 'gzip' } }

  test('does not hold back the first event', async () => {
    const second = gate()
    const app = express()
    app.use(compression({ threshold: 0, filter: () => true }))
    const events = (async function* (): AsyncGenerator<StreamEvent> {
      yield text('first')
      await second.opened
      yield text('second')
    })()
    app.get('/', (req, res) => pipeToResponse(events, res, { req }))
    await using server = await serve(app)
    const stream = fromResponse(await fetch(server.url, gzip))
    const iterator = stream[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toEqual(text('first'))
    second.open()
    expect((await iterator.next()).value).toEqual(text('second'))
    await iterator.return?.()
  })

  test('does not hold back a body that it compresses', async () => {
    const second = gate()
    const app = express()
    app.use(compression({ threshold: 0 }))
    app.use(
      toNodeHandler(() => {
        const encoder = new TextEncoder()
        const parts = (async function* () {
          yield encoder.encode('first')
          await second.opened
          yield encoder.encode('second')
        })()
        return new Response(ReadableStream.from<Uint8Array>(parts), {
          headers: { 'content-type': 'text/plain' },
        })
      }),
    )
    await using server = await serve(app)
    const response = await fetch(server.url, gzip)
    expect(response.headers.get('content-encoding')).toBe('gzip')
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toBe('first')
    second.open()
    expect((await reader.read()).value).toBe('second')
    expect((await reader.read()).done).toBe(true)
  })

  test('keeps pace with the client', async () => {
    // These bytes cannot be compressed, so both buffers fill up many times.
    const noise = crypto.getRandomValues(new Uint8Array(60_000))
    const app = express()
    app.use(compression({ threshold: 0 }))
    app.use(
      toNodeHandler(() => {
        const parts = (function* () {
          for (let at = 0; at < 100; at += 1) yield noise
        })()
        return new Response(ReadableStream.from<Uint8Array>(parts), {
          headers: { 'content-type': 'text/plain' },
        })
      }),
    )
    await using server = await serve(app)
    const response = await fetch(server.url, gzip)
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect((await response.bytes()).byteLength).toBe(6_000_000)
    // If each pause added a listener, Node would have warned about them by now.
  })

  test('ends the stream when the client disconnects', async () => {
    const events = source(endless(50_000))
    const app = express()
    app.use(compression({ threshold: 0 }))
    const settled = gate()
    app.get('/', (req, res) => pipeToResponse(events, res, { req }).then(settled.open))
    await using server = await serve(app)
    const client = await rawClient(server.port, { headers: ['accept-encoding: gzip'], read: false })
    await delay(200)
    client.socket.destroy()
    await expectWithinASecond(() => events.returned === 1)
    await settled.opened
  })
})

describe('Fastify', () => {
  async function listening(
    app: FastifyInstance,
  ): Promise<AsyncDisposable & { port: number; url: string }> {
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    return {
      port,
      url: `http://127.0.0.1:${port}/`,
      async [Symbol.asyncDispose]() {
        app.server.closeAllConnections()
        await app.close()
      },
    }
  }

  test('pipes a stream to a hijacked reply', async () => {
    await using sandbox = await startSandbox()
    const client = clientOf(sandbox)
    const app = Fastify()
    app.post<{ Body: { prompt: string } }>('/', async (request, reply) => {
      reply.hijack()
      await pipeToResponse(client.ai.stream(request.body.prompt), reply.raw, { req: request.raw })
    })
    await using server = await listening(app)
    expect(await fromResponse(await fetch(server.url, json)).finalText()).toContain('NVDA')
  })

  test('sends a Node readable', async () => {
    const app = Fastify()
    app.get('/', (_, reply) =>
      reply.type('text/event-stream').send(toNodeReadable(source([text('a'), text('b')]))),
    )
    await using server = await listening(app)
    const response = await fetch(server.url)
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(await fromResponse(response).finalText()).toBe('ab')
  })

  test('serves a handler that gets the parsed body', async () => {
    const handler = toNodeHandler(async (request) => Response.json(await request.json()))
    const app = Fastify()
    app.post('/', async (request, reply) => {
      reply.hijack()
      await handler(Object.assign(request.raw, { body: request.body }), reply.raw)
    })
    await using server = await listening(app)
    expect(await (await fetch(server.url, json)).json()).toEqual({ prompt: 'NVDA?' })
  })

  test('reports an error if the parsed body is not passed to the handler', async () => {
    let problem = ''
    const handler = toNodeHandler(async (request) => {
      await request.json().catch((error: unknown) => (problem = String(error)))
      return new Response('ok')
    })
    const app = Fastify()
    app.post('/', async (request, reply) => {
      reply.hijack()
      await handler(request.raw, reply.raw)
    })
    await using server = await listening(app)
    expect((await fetch(server.url, json)).status).toBe(200)
    expect(problem).toContain('`req.body`')
  })

  test.for(['pipe', 'send', 'response'])(
    'ends the stream when the client disconnects (%s)',
    async (way) => {
      for (const events of [source([text('a')], 'silence'), source(endless(50_000))]) {
        const app = Fastify()
        app.get('/', (request, reply) => {
          if (way === 'response') return reply.send(toResponse(events))
          if (way === 'send') return reply.type('text/event-stream').send(toNodeReadable(events))
          reply.hijack()
          return pipeToResponse(events, reply.raw, { req: request.raw })
        })
        await using server = await listening(app)
        const client = await rawClient(server.port)
        await client.until((all) => all.includes('data:'))
        client.socket.pause()
        await delay(50)
        client.socket.destroy()
        await expectWithinASecond(() => events.returned === 1)
      }
    },
  )
})
