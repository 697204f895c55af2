import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { errorOf } from '@vectrade/test-kit/error-of'
import { clientOf, prompt } from './test-support/sandbox-client.ts'
import { startRawServer } from '@vectrade/test-kit/raw-server'
import { ConnectionError } from '@vectrade/core'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

const statuses = [301, 302, 303, 307, 308]
const schemes = ['bearer', 'x-api-key'] as const

describe('a redirect to the same origin', () => {
  test.for(statuses)('%i is followed with the same key and idempotency key', async (status) => {
    for (const authScheme of schemes) {
      const before = sandbox.requests.length
      const client = clientOf(sandbox, { status }, { authScheme, headers: { 'x-app': 'mine' } })
      expect(await client.ai.stream(prompt).finalText()).toContain('NVDA')
      const [first, second, ...others] = sandbox.requests.slice(before)
      expect(others).toEqual([])
      expect(first?.status).toBe(status)
      const keeps = status >= 307
      expect(second?.method).toBe(keeps ? 'POST' : 'GET')
      expect(second?.body).toEqual(keeps ? { prompt, stream: true } : undefined)
      // The sandbox answers 401 without the right key. Its log does not contain the key.
      expect(second?.status).toBe(200)
      const header = authScheme === 'bearer' ? 'authorization' : 'x-api-key'
      expect(second?.headers[header]).toBe(first?.headers[header])
      expect(second?.headers['x-app']).toBe('mine')
      expect(second?.headers['content-type']).toBe(keeps ? 'application/json' : undefined)
      expect(second?.headers['last-event-id']).toBeUndefined()
      expect(second?.idempotencyKey).toBe(first?.idempotencyKey)
    }
  })

  test('whose target fails is retried from the first address', async () => {
    const head = 'connection: close\r\ncontent-length: 0\r\n\r\n'
    const answers = [
      `HTTP/1.1 307 X\r\nlocation: /v1/second\r\n${head}`,
      `HTTP/1.1 503 X\r\nretry-after-ms: 1\r\n${head}`,
      `HTTP/1.1 402 X\r\n${head}`,
    ]
    await using server = await startRawServer((socket) => socket.end(answers.shift() ?? ''))
    const client = clientOf({ url: server.url, apiKey: 'vq_none_at_all' }, {}, { maxRetries: 2 })
    expect(await errorOf(client.ai.stream(prompt).finalText())).toMatchObject({ status: 402 })
    const paths = server.received.map((request) => request.split(' ')[1])
    expect(paths).toEqual(['/v1/ai/analyze', '/v1/second', '/v1/ai/analyze'])
  })

  test('of `analyze` is followed', async () => {
    const client = clientOf(sandbox, { status: 308 })
    expect((await client.ai.analyze(prompt)).text).toContain('NVDA')
  })

  test('can have a relative address', async () => {
    for (const [location, path] of [
      ['?x=1', '/v1/ai/analyze?x=1'],
      ['../vq/ai/analyze', '/v1/vq/ai/analyze'],
    ] as const) {
      const client = clientOf(sandbox, { status: 307, location, times: 1 })
      expect(await client.ai.stream(prompt).finalText()).toContain('NVDA')
      expect(lastRequest(sandbox).path).toBe(path)
    }
  })
})

describe('a redirect to another origin', () => {
  test.for(statuses.flatMap((status) => schemes.map((scheme) => [status, scheme] as const)))(
    '%i is refused before anything is sent (%s)',
    async ([status, authScheme]) => {
      await using other = await startRawServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
      const location = `http://127.0.0.1:${other.port}/v1/ai/analyze`
      const client = clientOf(
        sandbox,
        { status, location },
        { authScheme, maxRetries: 2, headers: { 'x-secret-of-mine': 'yes' } },
      )
      for (const call of [
        () => client.ai.stream(prompt).finalText(),
        () => client.ai.analyze(prompt),
      ]) {
        const before = sandbox.requests.length
        const error = await errorOf(call())
        expect(error).toBeInstanceOf(ConnectionError)
        expect(error).toMatchObject({ phase: 'redirect', retryable: false })
        expect(String(error)).toContain(`http://127.0.0.1:${other.port}`)
        expect(sandbox.requests.length).toBe(before + 1)
        await lastRequest(sandbox).done
      }
      expect(other.received).toEqual([])
    },
  )

  test.for<[string, (port: string) => string]>([
    ['another port', () => 'http://127.0.0.1:1/v1/ai/analyze'],
    ['another name', (port) => `http://localhost:${port}/v1/ai/analyze`],
    ['another scheme', (port) => `https://127.0.0.1:${port}/v1/ai/analyze`],
    ['a URL that is not HTTP', () => 'data:text/event-stream,data:%20[DONE]%0A%0A'],
    ['an invalid URL', () => 'http://'],
  ])('includes one to %s', async ([, location]) => {
    const { port } = new URL(sandbox.url)
    const before = sandbox.requests.length
    const client = clientOf(sandbox, { status: 307, location: location(port) })
    const error = await errorOf(client.ai.stream(prompt).finalText())
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ phase: 'redirect' })
    expect(sandbox.requests.length).toBe(before + 1)
  })

  test('is refused after a redirect that was followed', async () => {
    await using other = await startRawServer((socket) => socket.end())
    await using first = await startRawServer((socket) => {
      const hops = first.received.filter(Boolean).length
      const location = hops === 1 ? '/v1/second' : `http://127.0.0.1:${other.port}/`
      socket.end(
        `HTTP/1.1 307 X\r\nlocation: ${location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
      )
    })
    const client = clientOf({ url: first.url, apiKey: 'vq_none_at_all' })
    const error = await errorOf(client.ai.stream(prompt).finalText())
    expect(error).toMatchObject({ phase: 'redirect' })
    expect(first.received).toHaveLength(2)
    expect(other.received).toEqual([])
  })
})

describe('a redirect that leads nowhere', () => {
  test.for(statuses)('%i in a loop fails', async (status) => {
    const before = sandbox.requests.length
    const client = clientOf(sandbox, { status, location: 'loop' }, { maxRetries: 2 })
    const error = await errorOf(client.ai.stream(prompt).finalText())
    expect(error).toMatchObject({ name: 'ConnectionError', phase: 'redirect' })
    expect(sandbox.requests.length).toBeLessThanOrEqual(before + 21)
  })

  test('and has an endless body is closed', async () => {
    await using server = await startRawServer((socket) => {
      const flood = setInterval(() => socket.write('10000\r\n' + 'x'.repeat(65_536) + '\r\n'), 1)
      socket.on('close', () => clearInterval(flood))
      socket.write('HTTP/1.1 307 X\r\ntransfer-encoding: chunked\r\n\r\n')
    })
    const client = clientOf({ url: server.url, apiKey: 'vq_none_at_all' })
    expect(await errorOf(client.ai.stream(prompt).finalText())).toMatchObject({ phase: 'redirect' })
    await expect.poll(() => server.open).toBe(0)
  })
})
