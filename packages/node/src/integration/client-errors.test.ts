import process from 'node:process'
import { type FaultBody, type Sandbox, startSandbox } from '@vectrade/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastRequest } from '@vectrade/test-kit/within-a-second'
import { clientOf, errorOf, prompt } from '../test-support/sandbox-client.ts'
import { refusedPort, startRawServer } from '@vectrade/test-kit/raw-server'
import {
  APIError,
  AuthenticationError,
  ConnectionError,
  NotFoundError,
  PaymentRequiredError,
  QuotaExceededError,
  RateLimitError,
  ServerError,
  ServiceUnavailableError,
  StreamProtocolError,
  TimeoutError,
  ValidationError,
  VecTrade,
} from '../index.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 0 })
})
afterAll(() => sandbox.close())

const shapes: FaultBody[] = ['documented', 'flat', 'problem']
const others: FaultBody[] = ['html', 'text', 'empty', 'endless']

/** With one authentication scheme, a 401 is not retried with the other. */
const oneHeader = { authScheme: 'x-api-key' } as const

describe('a status', () => {
  test.for<[number, string, typeof APIError, string, boolean]>([
    [400, 'invalid_request_error', ValidationError, 'validation_error', false],
    [422, 'validation_error', ValidationError, 'validation_error', false],
    [401, 'authentication_error', AuthenticationError, 'authentication_error', false],
    [403, 'permission_error', AuthenticationError, 'authentication_error', false],
    [402, 'payment_required', PaymentRequiredError, 'payment_required', false],
    [404, 'not_found', NotFoundError, 'not_found', false],
    [408, 'request_timeout', APIError, 'api_error', true],
    [409, 'conflict', APIError, 'api_error', true],
    [429, 'rate_limit_error', RateLimitError, 'rate_limit_error', true],
    [429, 'quota_exceeded', QuotaExceededError, 'quota_exceeded', false],
    [403, 'quota_exceeded', QuotaExceededError, 'quota_exceeded', false],
    [500, 'server_error', ServerError, 'server_error', true],
    [502, 'bad_gateway', ServiceUnavailableError, 'service_unavailable', true],
    [503, 'service_unavailable', ServiceUnavailableError, 'service_unavailable', true],
    [504, 'service_unavailable', ServiceUnavailableError, 'service_unavailable', true],
  ])(
    '%i %s has its error class in every body shape',
    async ([status, errorType, Class, code, retryable]) => {
      for (const body of shapes) {
        const fault = { status, body, errorType, message: 'Said so' }
        const client = clientOf(sandbox, fault, oneHeader)
        const expected = {
          name: Class.errorClass,
          code,
          type: errorType,
          status,
          retryable,
          message: expect.stringMatching(status === 404 ? /^Said so \(/ : /^Said so$/),
          requestId: '',
        }
        for (const call of [
          () => client.ai.stream(prompt).finalText(),
          () => client.ai.analyze(prompt),
        ]) {
          const error = await errorOf(call())
          expect(error).toBeInstanceOf(Class)
          expect(error).toMatchObject({ ...expected, requestId: lastRequest(sandbox).id })
        }
      }
    },
  )

  test.for(others)('with a body that is %s has its error class', async (body) => {
    for (const [status, Class] of [
      [401, AuthenticationError],
      [404, NotFoundError],
      [503, ServiceUnavailableError],
    ] as const) {
      const client = clientOf(sandbox, { status, body }, oneHeader)
      const error = await errorOf(client.ai.stream(prompt).finalText())
      expect(error).toBeInstanceOf(Class)
      expect(error).toMatchObject({ status, requestId: lastRequest(sandbox).id })
      // The body is not used as the message.
      expect(String(error)).toContain(`status ${status}`)
      await lastRequest(sandbox).done
      expect(lastRequest(sandbox).closed).toBe(body === 'endless' ? 'client' : 'finished')
    }
  })

  test('that is unknown is an API error or, from 500 on, a server error', async () => {
    for (const [status, Class] of [
      [410, APIError],
      [418, APIError],
      [599, ServerError],
    ] as const) {
      const fault = { status, errorType: 'newer_than_this' }
      const error = await errorOf(clientOf(sandbox, fault).ai.stream(prompt).finalText())
      expect(error).toBeInstanceOf(Class)
      expect(error).toMatchObject({ status, type: 'newer_than_this' })
    }
  })

  test('429 reports the limits', async () => {
    const rate = await errorOf(
      clientOf(sandbox, { status: 429, retryAfter: 7 }).ai.stream(prompt).finalText(),
    )
    expect(rate).toMatchObject({ retryAfter: 7, limit: 100_000, remaining: 0 })
    const spent = { status: 429, errorType: 'quota_exceeded' }
    const quota = await errorOf(clientOf(sandbox, spent).ai.stream(prompt).finalText())
    expect(quota).toMatchObject({ quotaLimit: 1_000_000, quotaRemaining: 0 })
  })

  test('rejects `response`, even if the stream is not read', async () => {
    const stream = clientOf(sandbox, { status: 404 }).ai.stream(prompt)
    expect(await errorOf(stream.response)).toBeInstanceOf(NotFoundError)
  })

  test('with a body that never ends is an error within seconds', async () => {
    await using server = await startRawServer((socket) => {
      socket.write('HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n')
      const drip = setInterval(() => socket.write('1\r\nx\r\n'), 50)
      socket.on('close', () => clearInterval(drip))
    })
    const start = performance.now()
    const client = clientOf({ url: server.url, apiKey: 'vq_none_at_all' }, {}, { timeout: 15_000 })
    const error = await errorOf(client.ai.stream(prompt).finalText())
    expect(error).toBeInstanceOf(ServerError)
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})

describe('a response that is not an event stream', () => {
  test.for(['text/x-bogus', 'x bogus', 'text/html', 'text/event-streamx', 'application/json'])(
    'with content type %j is refused by name, and the connection is closed',
    async (contentType) => {
      for (const body of ['html', 'endless'] as const) {
        const fault = { status: 200, body, contentType }
        const error = await errorOf(clientOf(sandbox, fault).ai.stream(prompt).finalText())
        expect(error).toBeInstanceOf(StreamProtocolError)
        expect(String(error)).toContain(contentType)
        expect(error).toMatchObject({ requestId: lastRequest(sandbox).id, retryable: false })
        await lastRequest(sandbox).done
      }
    },
  )

  test('without a content type is refused', async () => {
    const client = clientOf(sandbox, { contentType: 'none' })
    expect(await errorOf(client.ai.stream(prompt).finalText())).toBeInstanceOf(StreamProtocolError)
  })

  test.for([201, 204, 205, 210, 300, 304])(
    'with status %i is refused and not retried',
    async (status) => {
      const before = sandbox.requests.length
      const client = clientOf(sandbox, { status }, { maxRetries: 2 })
      const error = await errorOf(client.ai.stream(prompt).finalText())
      expect(error).toBeInstanceOf(StreamProtocolError)
      expect(String(error)).toContain(String(status))
      expect(sandbox.requests.length).toBe(before + 1)
    },
  )

  test.for([
    'text/event-stream',
    'text/event-stream;',
    'text/event-stream;charset=UTF-8',
    'text/event-stream;charset=windows-1252',
    'TEXT/Event-Stream',
  ])('does not include one with content type %j, which is read as UTF-8', async (contentType) => {
    await using other = await startSandbox({ faults: { contentType, chunkBytes: 1 } })
    const plain = await clientOf(sandbox).ai.stream('¿NVDA, 台積電?').finalText()
    const client = new VecTrade({ apiKey: other.apiKey, baseURL: other.url })
    expect(await client.ai.stream('¿NVDA, 台積電?').finalText()).toBe(plain)
    expect(plain).toMatch(/[^\0-\x7f]/)
  })
})

describe('a call fails if', () => {
  const unreachable = async (
    url: string,
    fault = {},
    options = {},
  ): Promise<[unknown, string | undefined]> => {
    const client = clientOf({ url, apiKey: sandbox.apiKey }, fault, options)
    const error = await errorOf(client.ai.stream(prompt).finalText())
    return [error, error instanceof Error ? error.message : undefined]
  }

  test('the port refuses connections', async () => {
    const [error, message] = await unreachable(`http://127.0.0.1:${await refusedPort()}/v1`)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ phase: 'connect', retryable: true })
    expect(message).toContain('ECONNREFUSED')
  })

  test('the host does not exist', async () => {
    const [error, message] = await unreachable('https://vectrade.invalid/v1')
    expect(error).toBeInstanceOf(ConnectionError)
    expect(message).toMatch(/ENOTFOUND|EAI_AGAIN/)
  })

  test.for(['fin', 'rst'] as const)('the connection is closed (%s)', async (destroy) => {
    const before = sandbox.requests.length
    const [error] = await unreachable(sandbox.url, { destroy }, { maxRetries: 1 })
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ phase: 'connect', retryable: true })
    expect(sandbox.requests.length).toBe(before + 2)
  })

  test.for<[string, string]>([
    ['nothing', ''],
    ['a part of the response headers', 'HTTP/1.1 200 OK\r\ncontent-ty'],
    ['bytes that are not HTTP', '220 mail.example.com ESMTP\r\n'],
  ])('the server sends %s', async ([, bytes]) => {
    await using server = await startRawServer((socket) => socket.end(bytes))
    const [error] = await unreachable(server.url)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ phase: 'connect' })
  })

  test('the connection is closed during a long request', async () => {
    await using server = await startRawServer((socket) => socket.destroy())
    const client = clientOf({ url: server.url, apiKey: sandbox.apiKey })
    const error = await errorOf(client.ai.stream('NVDA '.repeat(2_000_000)).finalText())
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ phase: 'connect' })
  })

  test('the response has a thousand layers of compression, and takes little memory', async () => {
    const layers = Array.from({ length: 1_000 }, () => 'gzip').join(', ')
    await using server = await startRawServer((socket) =>
      socket.end(
        `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: ${layers}\r\n\r\nx`,
      ),
    )
    const before = process.memoryUsage().rss
    const [error] = await unreachable(server.url)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 2 ** 20)
  })

  test('no response arrives in time, and the connection is closed', async () => {
    for (const fault of [{ hang: true }, { delay: 5_000 }]) {
      const [error, message] = await unreachable(sandbox.url, fault, { timeout: 100 })
      expect(error).toBeInstanceOf(TimeoutError)
      expect(error).toMatchObject({ phase: 'headers', retryable: true })
      expect(message).toContain('100 ms')
      await lastRequest(sandbox).done
      expect(lastRequest(sandbox).closed).toBe('client')
    }
  })
})
