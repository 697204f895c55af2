import { expect, test } from 'vitest'
import { chunk, type RawServer, startRawServer } from '@vectrade/test-kit/raw-server'
import { AuthenticationError, ConnectionError, RateLimitError, VecTrade } from '../index.ts'

const apiKey = 'vq_test'

/** Starts a server that answers each connection with the next of these heads. */
function serving(...heads: string[][]): Promise<RawServer> {
  let next = 0
  return startRawServer((socket) => {
    const [status, ...lines] = heads[next] ?? []
    next = Math.min(next + 1, heads.length - 1)
    const always = ['connection: close', 'transfer-encoding: chunked']
    socket.end(
      [`HTTP/1.1 ${status}`, ...lines, ...always, '', ''].join('\r\n') +
        (status?.startsWith('200') ? chunk('data: {"type":"text","content":"whole"}\n\n') : '') +
        (status?.startsWith('200') ? chunk('data: [DONE]\n\n') : '') +
        '0\r\n\r\n',
    )
  })
}

const type = 'content-type: text/event-stream'

test('a content type that is sent twice is accepted', async () => {
  await using server = await serving(['200 OK', type, `${type}; charset=utf-8`])
  const client = new VecTrade({ apiKey, baseURL: server.url })
  expect(await client.ai.stream('p').finalText()).toBe('whole')
})

test('limits that are sent twice are read, and the longest retry-after counts', async () => {
  await using server = await serving([
    '429 Too Many Requests',
    'retry-after: 5',
    'retry-after: 9',
    'x-vq-ratelimit-limit: 60',
    'x-vq-ratelimit-limit: 60',
    'x-request-id: mine',
    'x-request-id: proxy',
  ])
  const client = new VecTrade({ apiKey, baseURL: server.url, maxRetries: 0 })
  const error = await client.ai.analyze('p').catch((failure: unknown) => failure)
  expect(error).toBeInstanceOf(RateLimitError)
  expect(error).toMatchObject({ retryAfter: 9, limit: 60, requestId: 'mine, proxy' })
})

test('a location that is sent twice is followed, two different locations are not', async () => {
  const location = 'location: /v1/there,or,there'
  await using server = await serving(['307 Moved', location, location], ['200 OK', type])
  const client = new VecTrade({ apiKey, baseURL: server.url, maxRetries: 0 })
  expect(await client.ai.stream('p').finalText()).toBe('whole')
  expect(server.received[1]).toContain('POST /v1/there,or,there HTTP/1.1')

  await using ambiguous = await serving(['307 Moved', 'location: /a', 'location: /b'])
  const other = new VecTrade({ apiKey, baseURL: ambiguous.url, maxRetries: 0 })
  const error = await other.ai
    .stream('p')
    .finalText()
    .catch((failure: unknown) => failure)
  expect(error).toBeInstanceOf(ConnectionError)
  expect(error).toMatchObject({ phase: 'redirect', message: expect.stringContaining('several') })
  expect(ambiguous.received).toHaveLength(1)
})

test('a stream id that is sent twice is read', async () => {
  const id = 'x-vectrade-stream-id: abc'
  await using server = await serving(['200 OK', type, id, id], ['401 Unauthorized'])
  const client = new VecTrade({ endpoint: `http://127.0.0.1:${server.port}/api` })
  const stream = client.ai.stream('p')
  expect(await stream.finalText()).toBe('whole')
  expect(stream.id).toBe('abc')
  const error = await client.ai
    .resume('abc')
    .finalText()
    .catch((failure: unknown) => failure)
  expect(error).toBeInstanceOf(AuthenticationError)
})
