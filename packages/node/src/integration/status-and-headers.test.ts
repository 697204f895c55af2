import { gzipSync } from 'node:zlib'
import type { ServerResponse } from 'node:http'
import express from 'express'
import Fastify from 'fastify'
import Koa from 'koa'
import { startSandbox } from '@vectrade/sandbox'
import { describe, expect, test } from 'vitest'
import { expectNoWarnings } from '../test-support/expect-no-warnings.ts'
import { serveHttp2 } from '../test-support/http2-server.ts'
import { rawClient } from '@vectrade/test-kit/raw-client'
import { clientOf } from '../test-support/sandbox-client.ts'
import { source, text } from '../test-support/sources.ts'
import { serve } from '@vectrade/test-kit/web-server'
import {
  createHandler,
  fromResponse,
  pipeToResponse,
  toNodeHandler,
  toResponse,
  VecTrade,
} from '../index.ts'

expectNoWarnings()

/** Sets a status and headers, as a framework does before the answer is known. */
function preset(res: ServerResponse): void {
  res.statusCode = 404
  res.statusMessage = 'Not Found Yet'
  res.setHeader('content-length', '5')
  res.setHeader('content-encoding', 'gzip')
  res.setHeader('content-type', 'application/json')
  res.setHeader('etag', '"other"')
  res.setHeader('last-modified', 'Sat, 28 Nov 2026 12:00:00 GMT')
  res.setHeader('accept-ranges', 'bytes')
  res.setHeader('cache-control', 'public, max-age=60')
  res.setHeader('vary', 'Accept-Encoding')
  res.setHeader('link', '</a>; rel=preload')
  res.setHeader('set-cookie', ['a=1', 'b=2'])
  res.setHeader('x-mine', 'yes')
}

const events = (): ReturnType<typeof source> => source([text('Héllo')])

describe('a stream that is piped to a response with a status and headers', () => {
  test('has its own status and status text', async () => {
    await using server = await serve((req, res) => {
      preset(res)
      void pipeToResponse(events(), res, { req })
    })
    const client = await rawClient(server.port, { headers: ['connection: close'] })
    await client.ended
    expect(client.text).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    // The client accepts no other status.
    const answer = new VecTrade({ endpoint: server.url }).ai.stream('NVDA?')
    expect(await answer.finalText()).toBe('Héllo')
  })

  test('keeps headers, except those that describe another body', async () => {
    await using server = await serve((req, res) => {
      preset(res)
      void pipeToResponse(events(), res, { req })
    })
    const { headers, body } = await fetch(server.url)
    await body?.cancel()
    for (const name of ['content-length', 'content-encoding', 'etag', 'last-modified']) {
      expect(headers.has(name)).toBe(false)
    }
    expect(headers.has('accept-ranges')).toBe(false)
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(headers.get('x-mine')).toBe('yes')
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  test('has the status, status text and headers of its options', async () => {
    await using server = await serve((req, res) => {
      preset(res)
      const headers = new Headers({ vary: 'Cookie', 'x-mine': 'no', link: '</b>; rel=preload' })
      headers.append('set-cookie', 'c=3')
      const init = { status: 203, statusText: 'Said', headers }
      void pipeToResponse(events(), res, { req, ...init })
    })
    const { status, statusText, headers, body } = await fetch(server.url)
    await body?.cancel()
    expect([status, statusText]).toEqual([203, 'Said'])
    expect(headers.get('x-mine')).toBe('no')
    expect(headers.get('vary')).toBe('Accept-Encoding, Cookie')
    expect(headers.get('link')).toBe('</a>; rel=preload, </b>; rel=preload')
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2', 'c=3'])
  })
})

describe('a response of a handler', () => {
  test('adds its cookies and its Vary to those set before, and replaces the rest', async () => {
    await using sandbox = await startSandbox()
    const origin = 'https://app.example.com'
    const handler = createHandler({ client: clientOf(sandbox), cors: { origins: [origin] } })
    await using server = await serve((req, res) => {
      preset(res)
      void toNodeHandler(handler)(req, res)
    })
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { origin },
      body: '{"prompt":"NVDA?"}',
    })
    expect([response.status, response.statusText]).toEqual([200, 'OK'])
    expect(response.headers.get('vary')).toBe('Accept-Encoding, Origin')
    expect(response.headers.get('etag')).toBeNull()
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await fromResponse(response).finalText()).toContain('NVDA')
  })

  test.for<[number, string]>([
    [204, 'GET'],
    [304, 'GET'],
    [200, 'HEAD'],
  ])('with status %i and no body, to %s, is sent without a body', async ([status, method]) => {
    await using server = await serve((req, res) => {
      preset(res)
      const headers = { etag: '"mine"' }
      void toNodeHandler(() => new Response(null, { status, headers }))(req, res)
    })
    const client = await rawClient(server.port, { method, headers: ['connection: close'] })
    await client.ended
    const head = client.text.toLowerCase()
    expect(head).toMatch(new RegExp(`^http/1.1 ${status} (?!not found yet)`))
    expect(head).toContain('etag: "mine"')
    expect(head).not.toMatch(/transfer-encoding|content-length: 5|content-encoding/)
    expect(head.endsWith('\r\n\r\n')).toBe(true)
  })

  test('that comes from fetch is sent decompressed', async () => {
    await using upstream = await serve((_, res) => {
      const body = gzipSync('Héllo')
      res.writeHead(200, {
        'content-encoding': 'gzip',
        'content-length': body.length,
        connection: 'close, x-hop',
        'x-hop': '1',
        'x-own': '2',
      })
      res.end(body)
    })
    await using server = await serve(toNodeHandler(() => fetch(upstream.url)))
    const response = await fetch(server.url)
    expect(await response.text()).toBe('Héllo')
    expect(response.headers.get('x-own')).toBe('2')
    expect(response.headers.get('x-hop')).toBeNull()
  })

  test('does not pass on headers about the connection to an upstream', async () => {
    const headers = {
      connection: 'x-hop',
      'keep-alive': 'timeout=86400',
      'transfer-encoding': 'gzip, chunked',
      upgrade: 'h2,h2c',
      'x-hop': '1',
    }
    await using server = await serve((req, res) => {
      // Set by the program, for this connection.
      res.setHeader('connection', 'close')
      void toNodeHandler(() => new Response('Héllo', { headers }))(req, res)
    })
    const client = await rawClient(server.port)
    await client.ended
    expect(client.text.toLowerCase()).toMatch(/\r\nconnection: close\r\n/)
    expect(client.text).toMatch(/\r\ntransfer-encoding: chunked\r\n/i)
    expect(client.text).not.toMatch(/gzip|86400|upgrade|x-hop/)
    expect(client.text).toContain('Héllo')
  })
})

describe('over HTTP/2', () => {
  const hop = {
    connection: 'keep-alive, x-hop',
    'keep-alive': 'timeout=5',
    'proxy-connection': 'keep-alive',
    'transfer-encoding': 'chunked',
    upgrade: 'h2c',
    'x-hop': '1',
    'x-own': '2',
  }

  test("an upstream's connection headers are left out", async () => {
    const ways = {
      '/toResponse': toNodeHandler(() => toResponse(events(), { headers: hop })),
      '/handler': toNodeHandler(() => new Response('ok', { statusText: 'Fine', headers: hop })),
      '/authorize': toNodeHandler(
        createHandler({
          client: new VecTrade({ apiKey: 'vq_example' }),
          authorize: () => new Response('pay first', { status: 402, headers: hop }),
        }),
      ),
    }
    await using server = await serveHttp2((req, res) => {
      const both = [req, res] as never as Parameters<(typeof ways)['/handler']>
      const way = Object.entries(ways).find(([path]) => path === req.url)
      if (way) void way[1](...both)
      else
        void pipeToResponse(events(), both[1], { req: both[0], statusText: 'Fine', headers: hop })
    })
    const post = { ':method': 'POST' }
    for (const [path, method, status, part] of [
      ['/toResponse', {}, 200, '[DONE]'],
      ['/handler', {}, 200, 'ok'],
      ['/authorize', post, 402, 'pay first'],
      ['/pipe', {}, 200, '[DONE]'],
    ] as const) {
      const answer = await server.ask(path, method)
      expect([path, answer.status]).toEqual([path, status])
      expect(answer.text).toContain(part)
      expect(answer.headers['x-own']).toBe('2')
      for (const name of Object.keys(hop).filter((key) => key !== 'x-own')) {
        expect(answer.headers).not.toHaveProperty(name)
      }
    }
  })

  test('the status that a framework sets is replaced', async () => {
    const app = new Koa()
    app.use(async (ctx) => {
      ctx.respond = false
      await pipeToResponse(events(), ctx.res, { req: ctx.req })
    })
    const listener = app.callback()
    await using server = await serveHttp2(
      (req, res) => void Reflect.apply(listener, app, [req, res]),
    )
    const answer = await server.ask()
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('Héllo')
  })
})

describe('the status of a framework is replaced:', () => {
  test('Express with status 201, which Nest sets for POST', async () => {
    const app = express()
    app.post('/', (req, res) => {
      res.status(201).set('x-mine', 'yes')
      return pipeToResponse(events(), res, { req })
    })
    await using server = await serve(app)
    const stream = new VecTrade({ endpoint: server.url }).ai.stream('NVDA?')
    expect((await stream.response).headers.get('x-mine')).toBe('yes')
    expect(await stream.finalText()).toBe('Héllo')
  })

  test.for(['respond = false', 'no setting'])('Koa with status 404 and %s', async (setting) => {
    const app = new Koa()
    app.silent = true
    app.use(async (ctx) => {
      ctx.set('x-mine', 'yes')
      if (setting !== 'no setting') ctx.respond = false
      await pipeToResponse(events(), ctx.res, { req: ctx.req })
    })
    await using server = await serve(app.callback())
    const response = await fetch(server.url)
    expect([response.status, response.statusText]).toEqual([200, 'OK'])
    expect(response.headers.get('x-mine')).toBe('yes')
    expect(await fromResponse(response).finalText()).toBe('Héllo')
  })

  test('Koa with a handler', async () => {
    await using sandbox = await startSandbox()
    const handler = toNodeHandler(createHandler({ client: clientOf(sandbox) }))
    const app = new Koa()
    app.use(async (ctx) => {
      ctx.respond = false
      await handler(ctx.req, ctx.res)
    })
    await using server = await serve(app.callback())
    const stream = new VecTrade({ endpoint: server.url }).ai.stream('NVDA?')
    expect(await stream.finalText()).toContain('NVDA')
  })

  test('Fastify, which keeps headers on the reply', async () => {
    const app = Fastify()
    app.addHook('onRequest', async (_, reply) => {
      reply.header('x-mine', 'yes').header('set-cookie', ['a=1', 'b=2'])
    })
    app.post('/piped', async (request, reply) => {
      reply.code(201).hijack()
      await pipeToResponse(events(), reply.raw, { req: request.raw })
    })
    app.post('/sent', async (_, reply) => reply.code(201).send(toResponse(events())))
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    for (const path of ['piped', 'sent']) {
      const stream = new VecTrade({ endpoint: `${url}/${path}` }).ai.stream('NVDA?')
      const { headers } = await stream.response
      // The headers of the reply are not set on `reply.raw`.
      expect(headers.get('x-mine')).toBe(path === 'sent' ? 'yes' : null)
      expect(headers.getSetCookie()).toEqual(path === 'sent' ? ['a=1', 'b=2'] : [])
      expect(await stream.finalText()).toBe('Héllo')
    }
    app.server.closeAllConnections()
    await app.close()
  })
})
