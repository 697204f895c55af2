import { once } from 'node:events'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import express from 'express'
import Fastify from 'fastify'
import { delay } from '@vectrade/test-kit/delay'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { describe, expect, test } from 'vitest'
import { serveHandler, refuse } from '../test-support/serve-handler.ts'
import { endless, source } from '../test-support/sources.ts'
import { serve } from '@vectrade/test-kit/web-server'
import {
  createHandler,
  type FetchHandler,
  pipeToResponse,
  toNodeHandler,
  VecTrade,
} from '../index.ts'

/** The most bytes that leave the client: those that are discarded, and the buffers of two local sockets. */
const maxSent = 24 * 2 ** 20
const protectedEndpoint = createHandler({
  client: new VecTrade({ apiKey: 'vq_any_key', baseURL: 'http://127.0.0.1:1/v1' }),
  authorize: () => false,
})

interface Upload {
  /** Bytes that left this program by the time the connection was closed. */
  sent: number
  /** The server's answer. */
  text: string
  /** ms from the answer to the close. */
  lingered: number
}

/** Sends an endless body as fast as the server takes it, until the connection is closed. */
async function uploadForever(
  port: number,
  { headers = 'transfer-encoding: chunked', path = '/', isReading = true } = {},
): Promise<Upload> {
  // Half-open, so that it keeps sending after the server's answer.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {})
  const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`
  let text = ''
  let answered = 0
  if (isReading) {
    socket.on('data', (bytes) => {
      text += bytes.toString()
      answered ||= performance.now()
    })
  }
  socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n\r\n`)
  const send = (): void => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on('drain', send)
  send()
  await new Promise((resolve) => {
    socket.on('close', resolve)
  })
  return { sent: socket.bytesWritten, text, lingered: performance.now() - answered }
}

describe('an endless upload after an answer', () => {
  const ways: [string, FetchHandler, RegExp][] = [
    ['to a body that is not read', refuse, /^HTTP\/1.1 401 [^]*Sign in/],
    [
      'to a body that was read in part',
      async ({ body }) => {
        await body?.getReader().read()
        return refuse(undefined as never)
      },
      /^HTTP\/1.1 401 [^]*Sign in/,
    ],
    [
      'to a body that was cancelled',
      async ({ body }) => {
        await body?.cancel()
        return refuse(undefined as never)
      },
      /^HTTP\/1.1 401 [^]*Sign in/,
    ],
    [
      'of createHandler with status 401',
      protectedEndpoint,
      /^HTTP\/1.1 401 [^]*authentication_error/,
    ],
    [
      'of createHandler with status 413',
      createHandler({ client: new VecTrade({ apiKey: 'vq_any_key' }) }),
      /^HTTP\/1.1 413 [^]*over 64096 bytes/,
    ],
    [
      'of a handler that throws',
      () => {
        throw new Error('secret')
      },
      /^HTTP\/1.1 500 /,
    ],
    [
      'that Node refuses to send',
      () => new Response('x', { headers: { 'x-bad': 'a\u0001b' } }),
      /^HTTP\/1.1 500 /,
    ],
  ]
  test.for(ways)(
    '%s is cut off: the client gets the answer, and the connection is closed',
    async ([, handler, says]) => {
      await using server = await serveHandler(handler)
      const { sent, text, lingered } = await uploadForever(server.port)
      expect(text).toMatch(says)
      expect(text.toLowerCase()).toContain('connection: close')
      expect(sent).toBeLessThan(maxSent)
      expect(lingered).toBeLessThan(20_000)
      await expect.poll(() => server.sockets.size).toBe(0)
    },
  )

  test('is also cut off if the client does not read, or announces a wrong length', async () => {
    await using server = await serveHandler(refuse)
    for (const options of [{ isReading: false }, { headers: 'content-length: 1000000000000' }]) {
      expect((await uploadForever(server.port, options)).sent).toBeLessThan(maxSent)
    }
  })

  test('is not read while a long answer is sent', async () => {
    const events = source(endless(1_000))
    await using server = await serve((req, res) => void pipeToResponse(events, res, { req }))
    const socket = connect(server.port, '127.0.0.1').on('error', () => {})
    socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n')
    const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`
    const send = (): void => {
      while (!socket.destroyed && socket.write(piece));
    }
    socket.on('drain', send).on('data', () => {})
    send()
    await delay(500)
    expect(socket.bytesWritten).toBeLessThan(maxSent)
    socket.destroy()
    await expectWithinASecond(() => events.returned === 1)
  })

  test('is also cut off with Express and Fastify', async () => {
    const app = express()
    app.use('/api', toNodeHandler(refuse))
    await using server = await serve(app)
    const fastify = Fastify()
    fastify.addContentTypeParser('*', (_request, _payload, done) => done(null))
    fastify.post('/api', (request, reply) => {
      reply.hijack()
      return toNodeHandler(refuse)(request.raw, reply.raw)
    })
    await fastify.listen({ port: 0, host: '127.0.0.1' })
    const headers = 'content-type: application/octet-stream\r\ntransfer-encoding: chunked'
    for (const port of [server.port, (fastify.server.address() as AddressInfo).port]) {
      const { sent, text } = await uploadForever(port, { path: '/api', headers })
      expect(text).toContain('Sign in')
      expect(sent).toBeLessThan(maxSent)
    }
    await fastify.close()
  })
})

test('over HTTP/2, only the stream is closed, without an error', async () => {
  for (const handler of [refuse, protectedEndpoint]) {
    const server = createHttp2Server((req, res) => void toNodeHandler(handler)(req, res))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    for (let at = 0; at < 3; at += 1) {
      const stream = session.request({ ':path': '/', ':method': 'POST' })
      let sent = 0
      const send = (): void => {
        while (!stream.destroyed && !stream.writableEnded) {
          sent += 65_536
          if (!stream.write(Buffer.alloc(65_536))) return
        }
      }
      stream.on('drain', send).on('error', () => {})
      send()
      let text = ''
      stream.setEncoding('utf8').on('data', (part: string) => (text += part))
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
      await expect.poll(() => stream.closed).toBe(true)
      expect(headers[':status']).toBe(401)
      expect(text).toMatch(/Sign in/)
      expect(stream.rstCode).toBe(0)
      expect(sent).toBeLessThan(maxSent)
    }
    expect(session.closed).toBe(false)
    session.destroy()
    server.close()
  }
})
