import { delay } from '@vectrade/test-kit/delay'
import { describe, expect, test } from 'vitest'
import { type RawClient, rawClient } from '@vectrade/test-kit/raw-client'
import { serveHandler, refuse } from './test-support/serve-handler.ts'
import { serve } from '@vectrade/test-kit/web-server'
import { type FetchHandler, toNodeHandler } from './index.ts'

test('a client that reads only after it has sent everything gets the answer', async () => {
  await using server = await serveHandler(refuse)
  const headers = ['content-length: 500000']
  const client = await rawClient(server.port, { method: 'POST', headers, read: false })
  // If the first write reset the connection, the others would fail and the answer would be lost.
  for (let at = 0; at < 10; at += 1) {
    client.socket.write('x'.repeat(50_000))
    // Long enough for a reset to arrive.
    await delay(10)
  }
  let text = ''
  client.socket.on('data', (bytes) => (text += bytes.toString()))
  await client.ended
  expect(text).toMatch(/^HTTP\/1.1 401 [^]*Sign in/)
})

/** Connects a client that gets its answer, but neither sends its body nor closes its side. */
async function waitingClient(port: number): Promise<RawClient> {
  const headers = ['content-length: 9']
  const client = await rawClient(port, { method: 'POST', headers, allowHalfOpen: true })
  await client.until((text) => text.includes('Sign in'))
  return client
}

test('a client that never sends its body loses its connection', async () => {
  await using server = await serveHandler(refuse)
  await waitingClient(server.port)
  await expect.poll(() => server.sockets.size).toBe(0)
})

test('a client that closes its side ends the lingering', async () => {
  await using server = await serveHandler(refuse)
  // If lingering ended only by itself, the first connection would be closed first.
  const staying = await waitingClient(server.port)
  const leaving = await waitingClient(server.port)
  const isOpen = ({ socket }: RawClient): boolean =>
    [...server.sockets].some(({ remotePort }) => remotePort === socket.localPort)
  expect(isOpen(staying)).toBe(true)
  leaving.socket.destroy()
  await expect.poll(() => server.sockets.size, { interval: 1 }).toBe(1)
  expect(isOpen(staying)).toBe(true)
})

describe('a body that arrived before the refusal', () => {
  const post = (client: RawClient, body: string): boolean =>
    client.socket.write(
      `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
  const ways: [string, FetchHandler][] = [
    ['not read at all', refuse],
    [
      'read in part',
      async ({ body }) => {
        await body?.getReader().read()
        return refuse(undefined as never)
      },
    ],
    [
      'cancelled',
      async ({ body }) => {
        const reader = body?.getReader()
        await reader?.read()
        await reader?.cancel()
        return refuse(undefined as never)
      },
    ],
    [
      'cancelled unread',
      async ({ body }) => {
        await body?.cancel()
        return refuse(undefined as never)
      },
    ],
  ]
  test.for(ways)('and was %s keeps its connection', async ([, handler]) => {
    await using server = await serveHandler(handler)
    const client = await rawClient(server.port, { method: 'POST', body: 'x'.repeat(10_000) })
    await client.until(() => client.count('HTTP/1.1 401') === 1)
    for (const [at, body] of ['x'.repeat(10_000), 'x', ''].entries()) {
      post(client, body)
      await client.until(() => client.count('HTTP/1.1 401') === at + 2)
    }
    expect(client.text.toLowerCase()).not.toContain('connection: close')
    client.socket.destroy()
  })

  test('and is larger than a buffer is discarded before the next request', async () => {
    // The handler does not read the body, but waits until all of it has arrived.
    await using server = await serve((req, res) => {
      const handler = toNodeHandler(async ({ body }) => {
        const reader = body?.getReader()
        await reader?.read()
        await expect.poll(() => req.complete).toBe(true)
        return refuse(undefined as never)
      })
      void handler(req, res)
    })
    const client = await rawClient(server.port, { method: 'POST', body: 'x'.repeat(50_000) })
    await client.until(() => client.count('HTTP/1.1 401') === 1)
    post(client, 'x'.repeat(50_000))
    await client.until(() => client.count('HTTP/1.1 401') === 2)
    client.socket.destroy()
  })
})
