import { inspect } from 'node:util'
import { type Fault, type Sandbox, startSandbox } from '@vectrade/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '@vectrade/test-kit/free-port'
import { chunk, startRawServer, streamHead } from '@vectrade/test-kit/raw-server'
import { errorOf } from '@vectrade/test-kit/error-of'
import { clientOf } from '../test-support/sandbox-client.ts'
import { ConfigurationError, VecTrade, VecTradeError, type VecTradeOptions } from '../index.ts'

const apiKey = 'vq_the0key0of0the0leak0tests'
const prompt = 'Is NVDA the prompt of the leak tests?'
/** A text that VecTrade sends in different places of its answer. */
const payload = 'the-payload-of-the-leak-tests'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ apiKey, heartbeat: 0 })
})
afterAll(() => sandbox.close())

const logged: string[] = []
const log = (...args: unknown[]): void => void logged.push(inspect(args, { depth: 10 }))
const logger = { debug: log, info: log, warn: log, error: log }

/** Returns all that programs could print of an error. */
function printed(error: unknown): string {
  if (!(error instanceof Error)) throw new Error('This is not an error')
  return [
    inspect(error, { depth: 10 }),
    inspect({ nested: [error] }, { depth: 10, getters: true }),
    error.message,
    error.stack,
    String(error),
    JSON.stringify(error),
    JSON.stringify(Object.entries(error)),
  ].join('\n')
}

function expectNoLeak(error: unknown): void {
  expect(VecTradeError.isInstance(error)).toBe(true)
  const text = printed(error)
  for (const secret of [apiKey, prompt, payload]) expect(text).not.toContain(secret)
  expect(logged.join('\n')).not.toMatch(/the.?key.?of|leak.tests/)
}

const failing = async (fault: Fault, options: VecTradeOptions = {}): Promise<unknown> => {
  const client = clientOf(sandbox, fault, { logger, ...options })
  return errorOf(client.ai.stream({ prompt, symbols: ['NVDA'] }).finalText())
}

describe('no key, prompt or payload is printed of', () => {
  test.for<[string, Fault, VecTradeOptions?]>([
    ...[400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504].map(
      (status): [string, Fault] => [String(status), { status }],
    ),
    ['a proxy’s page', { status: 502, body: 'html', message: payload }],
    ['a quota', { status: 429, errorType: 'quota_exceeded' }],
    ['a retry', { status: 503, retryAfterMs: 1 }, { maxRetries: 2 }],
    ['a retry after a reset', { destroy: 'rst' }, { maxRetries: 1 }],
    ['a redirect', { status: 307, location: `http://127.0.0.1:1/${payload}?q=${payload}` }],
    ['a wrong content type', { contentType: 'text/html' }],
    ['a timeout of headers', { hang: true }, { timeout: 50 }],
    ['a timeout in the stream', { stallAfterEvents: 9 }, { heartbeatTimeout: 50 }],
    ['a FIN', { cutAfterEvents: 9 }],
    ['a reset', { cutAfterEvents: 9, cut: 'rst' }],
    ['a clean cut', { cutAfterEvents: 9, cut: 'clean' }],
    ['bad JSON', { malformedAfterEvents: 9 }],
    ['an event over the limit', { oversize: 5_000 }, { maxEventBytes: 1_000 }],
    ['an error event', { errorAfterEvents: 9 }],
    ['an error event with details', { errorAfterEvents: 9, errorShape: 'flat' }],
  ])('%s', async ([, fault, options]) => {
    const error = await failing(fault, options)
    expectNoLeak(error)
    // The program can use the partial text, but its log does not contain it.
    const text = (error as VecTradeError).partial?.text ?? ''
    const isCut = Object.keys(fault).some((name) => name.endsWith('AfterEvents'))
    expect(text !== '').toBe(isCut)
    if (isCut) expect(printed(error)).not.toContain(text.slice(0, 30))
  })

  test.for<[string, string]>([
    ['bytes that are not HTTP', `${payload}\r\n\r\n`],
    ['a broken chunk', `${streamHead}ZZ${payload}\r\n`],
    [
      'a broken chunk after a whole one',
      streamHead + chunk(`data: {"a":"${payload}"}\n\n`) + `ZZ${payload}\r\n`,
    ],
    ['half an event', streamHead + chunk(`data: {"type":"text","content":"${payload}`)],
    ['data that is not JSON', streamHead + chunk(`data: <b>${payload}\n\n`)],
    ['an error without a name', streamHead + chunk(`event: error\ndata: ${payload}\n\n`)],
    [
      'details',
      streamHead +
        chunk(
          `event: error\ndata: {"error_code":"c","message":"m","details":{"p":"${payload}"}}\n\n`,
        ),
    ],
    ['a header too long', `HTTP/1.1 200 OK\r\nx-long: ${payload.repeat(2_000)}\r\n\r\n`],
    ['an invalid header', `HTTP/1.1 200 OK\r\n${payload}\u0001: x\r\n\r\n`],
  ])('%s', async ([, bytes]) => {
    await using server = await startRawServer((socket) => socket.end(bytes))
    const options = { apiKey, baseURL: server.url, logger, maxRetries: 0 }
    expectNoLeak(await errorOf(new VecTrade(options).ai.stream(prompt).finalText()))
    expectNoLeak(await errorOf(new VecTrade(options).ai.analyze(prompt)))
  })

  test('a refused port, an abort, a closed client, a used stream', async () => {
    const refused = { baseURL: `http://127.0.0.1:${await freePort()}/v1` }
    expectNoLeak(await failing({}, { ...refused, maxRetries: 1 }))
    const signal = AbortSignal.abort()
    const client = clientOf(sandbox, {}, { logger })
    expectNoLeak(await errorOf(client.ai.stream(prompt, { signal }).finalText()))
    const used = client.ai.stream(prompt)
    await used.finalText()
    expectNoLeak(await errorOf(used.finalText()))
    client.close()
    expectNoLeak(await errorOf(client.ai.stream(prompt).finalText()))
  })

  test('an answer that repeats the key in many places', async () => {
    const error = {
      type: `t_${apiKey}`,
      message: `Bad key ${apiKey}, yes ${apiKey}`,
      error_code: apiKey,
      docs_url: `https://docs.example.com/?key=${apiKey}`,
      details: { key: apiKey },
    }
    const body = JSON.stringify({ error, request_id: apiKey })
    for (const answer of [
      `HTTP/1.1 401 X\r\nx-request-id: ${apiKey}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      `HTTP/1.1 403 X\r\nx-request-id: ${apiKey}\r\ncontent-length: 0\r\n\r\n`,
      `HTTP/1.1 200 X\r\nx-request-id: ${apiKey}\r\ncontent-type: ${apiKey}\r\n\r\n`,
      `HTTP/1.1 200 X\r\nx-request-id: ${apiKey}\r\ncontent-type: text/event-stream\r\n\r\ndata: {}\n\n`,
      streamHead + chunk(`event: error\ndata: ${body}\n\n`),
    ]) {
      await using server = await startRawServer((socket) => socket.end(answer))
      const client = new VecTrade({ apiKey, baseURL: server.url, logger, maxRetries: 0 })
      expectNoLeak(await errorOf(client.ai.stream(prompt).finalText()))
    }
  })

  test('an invalid option', async () => {
    const wrong: VecTradeOptions[] = [
      { apiKey: `${apiKey}\n` },
      { apiKey, baseURL: `https://user:${apiKey}@example.com` },
      { apiKey, baseURL: `http://example.com/${payload}` },
      { apiKey, headers: { 'x-mine': `${payload}\nx` } },
      { apiKey, timeout: -1 },
    ]
    for (const options of wrong) {
      const error = await errorOf((async () => new VecTrade(options))())
      expect(error).toBeInstanceOf(ConfigurationError)
      expectNoLeak(error)
    }
  })
})

test('a client and a stream do not print the key', async () => {
  const client = clientOf(sandbox)
  const stream = client.ai.stream(prompt)
  const show = (): string => {
    const things = [client, client.ai, stream, stream.response]
    const how = { depth: 10, showHidden: true, getters: true, showProxy: true }
    return `${inspect(things, how)}${JSON.stringify(things)}${Object.keys(client).join()}`
  }
  expect(show()).not.toContain(apiKey)
  await stream.finalText()
  expect(show()).not.toContain(apiKey)
  expect(inspect(await stream.response, { depth: 10, showHidden: true })).not.toContain(apiKey)
})

test('these tests find a secret that is printed', () => {
  const leaky = new VecTradeError('x', 'stream_protocol_error', { cause: new Error(payload) })
  expect(printed(leaky)).toContain(payload)
})
