import { connect as connectHttp2, constants, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { delay } from '@vectrade/test-kit/delay'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { collectGarbage } from '@vectrade/test-kit/collect-garbage'
import { gate } from './test-support/gate.ts'
import { rawClient } from '@vectrade/test-kit/raw-client'
import { endless, source, text } from './test-support/sources.ts'
import { serveHandler } from './test-support/serve-handler.ts'
import { pipeToResponse, toNodeHandler, toResponse } from './index.ts'

/** Rejections that would end the process. */
let unhandled: unknown[]
const onUnhandled = (error: unknown): void => void unhandled.push(error)
beforeEach(() => {
  unhandled = []
  process.on('unhandledRejection', onUnhandled)
})
afterEach(async () => {
  await delay(5)
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled).toEqual([])
})

describe('a request', () => {
  test('has the method, URL, headers and body', async () => {
    await using server = await serveHandler(async (request) =>
      Response.json({
        method: request.method,
        url: request.url,
        mine: request.headers.get('x-mine'),
        body: await request.text(),
      }),
    )
    const init = { method: 'PUT', headers: { 'x-mine': 'a' }, body: 'Héllo'.repeat(50_000) }
    const response = await fetch(`${server.url}path?query=1`, init)
    expect(await response.json()).toEqual({
      method: 'PUT',
      url: `${server.url}path?query=1`,
      mine: 'a',
      body: init.body,
    })
  })

  test.for<[string, string, string]>([
    ['//evil.example/admin', 'localhost', 'http://localhost//evil.example/admin'],
    ['/\\evil.example/admin', 'localhost', 'http://localhost//evil.example/admin'],
    ['/../../admin?a#b', 'localhost', 'http://localhost/admin?a'],
    ['/own', 'name.example:81/other?x', 'http://name.example:81/own'],
    ['/own', 'user:pass@name.example', 'http://name.example/own'],
    ['http://absolute.example/own', 'localhost', 'http://absolute.example/own'],
  ])('for %s at host %s has the URL %s', async ([path, host, url]) => {
    await using server = await serveHandler(
      (request) => new Response(`<${request.url.split('#')[0]}>`),
    )
    const client = await rawClient(server.port, { path, host, headers: ['connection: close'] })
    await client.ended
    expect(client.text).toContain(`<${url}>`)
  })

  test.for<[string, object]>([
    ['a method that Web requests do not have', { method: 'TRACE' }],
    ['an invalid host', { host: 'a b' }],
  ])('with %s is answered with a 400', async ([, request]) => {
    await using server = await serveHandler(() => new Response('ok'))
    const client = await rawClient(server.port, { headers: ['connection: close'], ...request })
    await client.ended
    expect(client.text).toMatch(/^HTTP\/1.1 400 [^]*invalid_request_error/)
  })

  test('is aborted only when the client disconnects', async () => {
    const signals: AbortSignal[] = []
    const answering = gate()
    await using server = await serveHandler(async ({ signal, url }) => {
      signals.push(signal)
      if (url.endsWith('/slow')) await answering.opened
      return new Response('ok')
    })
    expect(await (await fetch(server.url)).text()).toBe('ok')
    expect(await (await fetch(server.url, { method: 'POST', body: 'x' })).text()).toBe('ok')
    await delay(20)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
    const client = await rawClient(server.port, { path: '/slow' })
    await expectWithinASecond(() => signals.length === 3)
    client.socket.destroy()
    await expectWithinASecond(() => signals[2]?.aborted === true)
    answering.open()
  })

  test('is aborted even if only its signal is still referenced', async () => {
    let aborted = 0
    let asked = 0
    await using server = await serveHandler(({ signal }) => {
      asked += 1
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted += 1
          resolve(new Response('too late'))
        })
      })
    })
    const clients = await Promise.all(Array.from({ length: 5 }, () => rawClient(server.port)))
    await expectWithinASecond(() => asked === 5)
    await collectGarbage()
    for (const { socket } of clients) socket.destroy()
    await expectWithinASecond(() => aborted === 5)
  })

  test('cannot be read if the client disconnects within the body', async () => {
    let outcome: string | undefined
    await using server = await serveHandler(async (request) => {
      outcome = await request.text().catch(String)
      return new Response('too late')
    })
    const client = await rawClient(server.port, { method: 'POST', headers: ['content-length: 9'] })
    client.socket.write('half')
    await delay(20)
    client.socket.destroy()
    await expectWithinASecond(() => outcome !== undefined)
    expect(outcome).toContain('Error: aborted')
  })
})

describe('a response', () => {
  test('has the status, headers, cookies and body', async () => {
    await using server = await serveHandler(() => {
      const headers = new Headers({ 'x-mine': 'a' })
      headers.append('set-cookie', 'a=1; Path=/')
      headers.append('set-cookie', 'b=2')
      return new Response('made', { status: 201, statusText: 'Made', headers })
    })
    const response = await fetch(server.url)
    expect([response.status, response.statusText]).toEqual([201, 'Made'])
    expect(response.headers.get('x-mine')).toBe('a')
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2'])
    expect(await response.text()).toBe('made')
  })

  test.for([204, 205, 304])('with status %i has no body', async (status) => {
    await using server = await serveHandler(() => new Response(null, { status }))
    expect(await (await fetch(server.url)).text()).toBe('')
  })

  test('is cut if its body fails', async () => {
    await using server = await serveHandler(() => {
      let pulls = 0
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          pulls += 1
          if (pulls === 2) {
            await delay(20)
            throw new Error('the secret of this server')
          }
          controller.enqueue(new TextEncoder().encode('half'))
        },
      })
      return new Response(body)
    })
    await expect((await fetch(server.url)).text()).rejects.toThrow('terminated')
    const client = await rawClient(server.port)
    await client.ended
    expect(client.text).toContain('half')
    expect(client.text).not.toMatch(/\r\n0\r\n\r\n|secret/)
  })

  test.for<[string, () => Response]>([
    [
      'throws',
      () => {
        throw new Error('the secret of this server')
      },
    ],
    [
      'throws undefined',
      () => {
        throw undefined
      },
    ],
    ['returns undefined', () => undefined as unknown as Response],
    [
      'returns an object that only looks like a response',
      () => ({ status: 200, body: null }) as Response,
    ],
    ['returns `Response.error()`', () => Response.error()],
    [
      'returns a header that Node refuses',
      () => new Response('x', { headers: { 'x-bad': 'a\u0001b' } }),
    ],
  ])('of a handler that %s is a 500 without its message', async ([, handler]) => {
    for (const each of [handler, async () => handler()]) {
      await using server = await serveHandler(each)
      const response = await fetch(server.url, { signal: AbortSignal.timeout(20_000) })
      expect(response.status).toBe(500)
      expect(await response.text()).not.toContain('secret')
      expect(response.headers.has('x-bad')).toBe(false)
    }
  })

  test('that has already been used is a 500', async () => {
    const used = new Response('x')
    await used.text()
    await using server = await serveHandler(() => used)
    expect((await fetch(server.url)).status).toBe(500)
  })

  test('to HEAD has no body and takes no event', async () => {
    const events = source(endless(10))
    await using server = await serveHandler(() => toResponse(events))
    const client = await rawClient(server.port, { method: 'HEAD' })
    await client.until((all) => all.endsWith('\r\n\r\n'))
    await expectWithinASecond(() => events.returned === 1)
    expect(client.text).toMatch(/^HTTP\/1.1 200 [^]*text\/event-stream/)
    expect(events.taken).toBe(0)
    client.socket.destroy()
  })
})

test('requests and responses over HTTP/2', async () => {
  const events = source([text('a')], 'silence')
  const seen: { url: string; aborted: () => boolean }[] = []
  const handler = toNodeHandler(({ url, signal }) => {
    seen.push({ url, aborted: () => signal.aborted })
    return url.endsWith('/events') ? toResponse(events) : new Response('ok')
  })
  const server = createHttp2Server((req, res) => {
    if (req.url !== '/piped') void handler(req, res)
    else void pipeToResponse(source([text('a')]), res, { req })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  const plain = session.request({ ':path': '/' })
  expect(await Array.fromAsync(plain.setEncoding('utf8'))).toEqual(['ok'])
  const piped = session.request({ ':path': '/piped' })
  expect((await Array.fromAsync(piped.setEncoding('utf8'))).join('')).toBe(
    'data: {"type":"text","content":"a"}\n\ndata: [DONE]\n\n',
  )
  const streaming = session.request({ ':path': '/events' })
  const first = await new Promise((resolve) => {
    streaming.setEncoding('utf8').once('data', resolve)
  })
  expect(first).toBe('data: {"type":"text","content":"a"}\n\n')
  streaming.close(constants.NGHTTP2_CANCEL)
  await expectWithinASecond(() => events.returned === 1 && seen[1]?.aborted() === true)
  expect(seen[0]).toMatchObject({ url: `http://127.0.0.1:${port}/` })
  expect(seen[0]?.aborted()).toBe(false)
  session.destroy()
  server.close()
})
