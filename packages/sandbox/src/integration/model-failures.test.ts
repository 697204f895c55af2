import { type APIError, VecTrade, VecTradeError } from '@vectrade/core'
import { errorOf } from '@vectrade/test-kit/error-of'
import {
  endChunk,
  sendChunks,
  sendJson,
  sendStream,
  textChunk,
} from '@vectrade/test-kit/model-server'
import { freePort } from '@vectrade/test-kit/free-port'
import { describe, expect, test } from 'vitest'
import { handlerOf } from '../answer-request.ts'
import { createParts } from '../parts.ts'
import { startSandbox } from '../server.ts'
import { startModelSandbox } from '../test-support/model-sandbox.ts'
import { prompt, rawRequest } from '../test-support/raw-request.ts'

type Answer = Parameters<typeof startModelSandbox>[0]
const secrets = 'sk-upstream-secret, and the prompt: Bull case for NVDA?'

/** Returns the error of a stream, and that of a JSON answer, which must be equal. */
async function failureOf(answer: Answer): Promise<APIError> {
  await using all = await startModelSandbox(answer, { model: { apiKey: 'sk-upstream-secret' } })
  const { ai } = all.client
  const error = (await errorOf(ai.stream(prompt).finalText())) as APIError
  const inJson = (await errorOf(ai.analyze(prompt))) as APIError
  expect(inJson.name).toBe(error.name)
  expect(inJson.status).toBe(error.status)
  for (const text of [JSON.stringify(error), String(error), JSON.stringify(inJson)]) {
    expect(text).not.toMatch(/sk-upstream|Bull case|127\.0\.0\.1/)
  }
  return error
}

const refuse =
  (status: number, error: object = {}, headers: Record<string, string> = {}): Answer =>
  (response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    sendJson(response, status, { error: { message: secrets, ...error } })
  }

describe('before the answer', () => {
  test.each([
    [401, 'check `upstream.apiKey` (--upstream-key-env)'],
    [403, 'check `upstream.apiKey` (--upstream-key-env)'],
    [404, 'check `upstream.model` (--model) and `upstream.url` (--upstream)'],
    [418, 'check `upstream.url` (--upstream)'],
  ])(
    '%i means that the sandbox is set up wrongly, so the caller gets a 502',
    async (status, advice) => {
      const error = await failureOf(refuse(status))
      expect(error).toMatchObject({
        name: 'ServiceUnavailableError',
        status: 502,
        retryable: false,
      })
      expect(error.message).toContain(advice)
    },
  )

  test('429 is a RateLimitError with the wait of the model’s server', async () => {
    const error = await failureOf(refuse(429, {}, { 'retry-after': '7' }))
    expect(error).toMatchObject({ name: 'RateLimitError', status: 429, retryAfter: 7 })
    const precise = await failureOf(
      refuse(429, {}, { 'retry-after-ms': '1500', 'retry-after': '9' }),
    )
    expect(precise.retryAfter).toBe(2)
    const date = new Date(Date.now() + 90_000).toUTCString()
    const dated = await failureOf(refuse(429, {}, { 'retry-after': date }))
    expect(dated.retryAfter).toBeGreaterThan(30)
    expect((await failureOf(refuse(429, {}, { 'retry-after': 'soon' }))).retryAfter).toBeUndefined()
  })

  test('a used-up quota is a QuotaExceededError', async () => {
    for (const answer of [refuse(429, { code: 'insufficient_quota' }), refuse(402)]) {
      expect(await failureOf(answer)).toMatchObject({
        name: 'QuotaExceededError',
        status: 429,
        retryable: false,
      })
    }
  })

  test('a question that is too long is a ValidationError', async () => {
    const error = await failureOf(refuse(400, { code: 'context_length_exceeded' }))
    expect(error).toMatchObject({ name: 'ValidationError', status: 422 })
  })

  test.each([
    [500, 502],
    [503, 503],
    [504, 504],
  ])('%i is a %i, which may be tried again', async (status, ours) => {
    const error = await failureOf(refuse(status, {}, { 'retry-after': '3' }))
    expect(error).toMatchObject({ name: 'ServiceUnavailableError', status: ours, retryable: true })
    expect(error.retryAfter).toBe(3)
  })

  test('an error in a 200 has its own status, as JSON and as the first message', async () => {
    const error = { message: secrets, type: 'rate_limit_exceeded', code: 429 }
    const inJson = await failureOf((response) => sendJson(response, 200, { error }))
    const inStream = await failureOf((response) => sendStream(response, { error }))
    for (const each of [inJson, inStream]) {
      expect(each).toMatchObject({ name: 'RateLimitError', status: 429 })
    }
  })

  test.each<[string, Answer]>([
    ['a page', (response) => response.setHeader('content-type', 'text/html').end('<h1>Hi</h1>')],
    ['other JSON', (response) => sendJson(response, 200, { status: 'ok' })],
    ['a list', (response) => sendJson(response, 200, [])],
    ['another stream', (response) => sendStream(response, { hello: 'world' })],
    ['no JSON', (response) => sendStream(response, '{"choices": [')],
    [
      'a redirect',
      (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
  ])('%s is no answer', async (_name, answer) => {
    const error = await failureOf(answer)
    expect(error).toMatchObject({ status: 502, type: 'bad_gateway', retryable: false })
    expect(error.message).toContain('`upstream.url` (--upstream)')
  })

  test('a server that is not there is a 502, which may be tried again', async () => {
    const url = `http://127.0.0.1:${await freePort()}/v1`
    await using sandbox = await startSandbox({ upstream: { url, model: 'm' } })
    const client = new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey, maxRetries: 0 })
    const error = await errorOf(client.ai.stream(prompt).finalText())
    expect(error).toMatchObject({ name: 'ServiceUnavailableError', status: 502, retryable: true })
    expect((error as Error).message).toContain('check that it runs')
  })

  test('a connection that ends before the headers is the same', async () => {
    const error = await failureOf((response) => response.destroy())
    expect(error).toMatchObject({ status: 502, retryable: true })
  })
})

describe('inside the answer', () => {
  test.each<[string, Answer, object]>([
    [
      'an error',
      (response) =>
        sendStream(response, textChunk('Yes, '), { error: { message: secrets, code: 429 } }),
      { name: 'RateLimitError', partial: { text: 'Yes, ' } },
    ],
    [
      'an error with a finish reason',
      (response) =>
        sendStream(response, textChunk('Yes, '), { ...endChunk('error'), error: { code: 502 } }),
      { name: 'ServiceUnavailableError', partial: { text: 'Yes, ' } },
    ],
    [
      'an event with the name of an error',
      (response) => {
        sendChunks(response, textChunk('Yes, '))
        response.end('event: error\ndata: {"type":"overloaded_error"}\n\n')
      },
      { name: 'ServiceUnavailableError', message: expect.stringContaining('overloaded') },
    ],
    [
      'an event with the name of an error, and no JSON',
      (response) => {
        sendChunks(response, textChunk('Yes, '))
        response.end('event: error\ndata: oops\n\n')
      },
      { name: 'ServiceUnavailableError', message: expect.stringContaining('failed') },
    ],
    [
      'the end of the body',
      (response) => sendStream(response, textChunk('Yes, ')),
      { name: 'ServiceUnavailableError', message: "The model's answer was cut short" },
    ],
    [
      'the end of the connection',
      (response) => {
        sendChunks(response, textChunk('Yes, '))
        setTimeout(() => response.destroy(), 50)
      },
      { name: 'ServiceUnavailableError', message: "The model's answer was cut short" },
    ],
  ])('%s ends the stream with an error', async (_name, answer, expected) => {
    await using all = await startModelSandbox(answer)
    const error = await errorOf(all.client.ai.stream(prompt).finalText())
    expect(VecTradeError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ status: undefined, ...expected })
    expect(JSON.stringify(error)).not.toMatch(/sk-upstream|Bull case/)
  })

  test.each(['documented', 'flat', 'gateway', 'problem'] as const)(
    'the error has the shape %s if the options say so',
    async (errorShape) => {
      const answer: Answer = (response) =>
        sendStream(response, textChunk('Yes, '), { error: { code: 429 } })
      await using all = await startModelSandbox(answer, { errorShape })
      const error = await errorOf(all.client.ai.stream(prompt).finalText())
      expect(error).toMatchObject({ name: 'RateLimitError' })
    },
  )
})

describe('a model that takes its time', () => {
  /** A sandbox that waits only this long for the model before it sends headers, in ms. */
  function impatient(url: string, patience: number) {
    const parts = createParts({ upstream: { url, model: 'm' }, heartbeat: 5 })
    parts.settings.upstream!.patience = patience
    const handler = handlerOf(parts)
    return (stream: boolean): Promise<Response> =>
      handler(
        new Request('http://localhost/v1/ai/analyze', {
          method: 'POST',
          headers: { 'x-api-key': handler.apiKey },
          body: JSON.stringify({ prompt, stream }),
        }),
      )
  }

  const late =
    (...chunks: (object | string)[]): Answer =>
    (response) =>
      void setTimeout(() => sendStream(response, ...chunks), 200)

  test('gets heartbeats before its answer, in a stream and in JSON', async () => {
    await using all = await startModelSandbox(late(textChunk('Yes.'), endChunk()))
    const ask = impatient(all.server.url, 20)
    const stream = await (await ask(true)).text()
    expect(stream).toMatch(/^(: heartbeat\n\n)+data: {"type":"metadata"/)
    expect(stream).toMatch(/data: \[DONE\]\n\n$/)
    const json = await (await ask(false)).text()
    expect(json).toMatch(/^ +{/)
    expect(JSON.parse(json)).toMatchObject({ content: 'Yes.' })
  })

  test('fails inside its answer, in a stream and in JSON', async () => {
    await using all = await startModelSandbox(late({ error: { code: 429 } }))
    const ask = impatient(all.server.url, 20)
    for (const stream of [true, false]) {
      const response = await ask(stream)
      expect(response.status).toBe(200)
      expect(await response.text()).toContain('"type":"rate_limit_error"')
    }
  })

  test('does not hold up a client that leaves before the headers', async () => {
    await using all = await startModelSandbox(() => {})
    const leaving = new AbortController()
    const asked = all.client.ai.stream(prompt, { signal: leaving.signal }).finalText()
    await expect.poll(() => all.server.requests.length).toBe(1)
    leaving.abort()
    expect(await errorOf(asked)).toMatchObject({ name: 'RequestAbortedError' })
    await expect.poll(() => all.server.requests[0]?.isOver).toBe(true)
    expect(all.sandbox.requests[0]?.closed).toBe('client')
  })

  test('is not asked if the request itself is wrong', async () => {
    await using all = await startModelSandbox(() => {})
    const { status } = await rawRequest(all.sandbox, { body: '{"prompt": ""}' })
    expect(status).toBe(422)
    expect(all.server.requests).toEqual([])
  })
})
