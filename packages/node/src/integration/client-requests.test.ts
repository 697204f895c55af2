import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { lastRequest } from '@vectrade/test-kit/within-a-second'
import { clientOf, errorOf, prompt } from '../test-support/sandbox-client.ts'
import { startRawServer } from '@vectrade/test-kit/raw-server'
import { AuthenticationError, ConfigurationError, VecTrade, version } from '../index.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())
afterEach(() => void vi.unstubAllEnvs())

/** Returns a request as it was sent. The sandbox's log would not contain the key. */
async function onTheWire(
  options = {},
  call = {},
): Promise<{ line: string; headers: Headers; body: unknown }> {
  await using server = await startRawServer((socket) =>
    socket.end('HTTP/1.1 401 X\r\ncontent-length: 0\r\n\r\n'),
  )
  const client = new VecTrade({ apiKey: 'vq_sent_in_a_header', baseURL: server.url, ...options })
  await errorOf(client.ai.stream({ prompt, symbols: ['NVDA', 'AMD'] }, call).finalText())
  const [head = '', body = ''] = (server.received[0] ?? '').split('\r\n\r\n')
  const [line = '', ...lines] = head.split('\r\n')
  const headers = new Headers(
    lines.map((each) => each.split(/: (.*)/).slice(0, 2) as [string, string]),
  )
  return { line, headers, body: JSON.parse(body) }
}

describe('a request', () => {
  test('is sent as the protocol requires', async () => {
    const { line, headers, body } = await onTheWire()
    expect(line).toBe('POST /v1/ai/analyze HTTP/1.1')
    expect(body).toEqual({ prompt, symbols: ['NVDA', 'AMD'], stream: true })
    expect(headers.get('x-api-key')).toBe('vq_sent_in_a_header')
    expect(headers.has('authorization')).toBe(false)
    expect(headers.get('accept')).toBe('text/event-stream')
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('cache-control')).toBe('no-cache')
    expect(headers.get('user-agent')).toBe(`vectrade-node/${version}`)
    expect(headers.get('idempotency-key')).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    expect(headers.has('last-event-id')).toBe(false)
  })

  test('can have the key in Authorization instead', async () => {
    const { headers } = await onTheWire({ authScheme: 'bearer' })
    expect(headers.get('authorization')).toBe('Bearer vq_sent_in_a_header')
    expect(headers.has('x-api-key')).toBe(false)
  })

  test('has the headers of the client, which the headers of the call replace', async () => {
    const { headers } = await onTheWire(
      { headers: { 'x-app': 'client', 'x-other': 'client', 'User-Agent': 'mine/1' } },
      { headers: { 'X-App': 'call' }, idempotencyKey: 'mine' },
    )
    expect(headers.get('x-app')).toBe('call')
    expect(headers.get('x-other')).toBe('client')
    expect(headers.get('user-agent')).toBe('mine/1')
    expect(headers.get('idempotency-key')).toBe('mine')
  })

  test('has its own idempotency key', async () => {
    const client = clientOf(sandbox)
    await client.ai.stream(prompt).finalText()
    const first = lastRequest(sandbox).idempotencyKey
    await client.ai.stream(prompt).finalText()
    expect(lastRequest(sandbox).idempotencyKey).not.toBe(first)
  })

  test('of `analyze` accepts JSON', async () => {
    await clientOf(sandbox).ai.analyze(prompt)
    expect(lastRequest(sandbox)).toMatchObject({
      body: { prompt, stream: false },
      headers: { accept: 'application/json' },
    })
  })
})

describe('the server accepts', () => {
  test.for(['bearer', 'x-api-key'] as const)('the key as %s, on both paths', async (authScheme) => {
    for (const path of ['', '/', '/vq', '/vq/']) {
      const client = clientOf(sandbox, {}, { authScheme, baseURL: sandbox.url + path })
      expect(await client.ai.stream(prompt).finalText()).toContain('NVDA')
      expect(lastRequest(sandbox).path).toBe(`/v1${path.replace(/\/$/, '')}/ai/analyze`)
    }
  })

  test('no wrong key', async () => {
    for (const authScheme of ['bearer', 'x-api-key'] as const) {
      const client = clientOf(sandbox, {}, { authScheme, apiKey: 'vq_a_wrong_key' })
      expect(await errorOf(client.ai.stream(prompt).finalText())).toBeInstanceOf(
        AuthenticationError,
      )
    }
  })

  test('prompts in every script, and long ones', async () => {
    for (const each of ['台積電 — “naïve”? 🚀', 'NVDA '.repeat(6_000), '\u2028\0"\\']) {
      await clientOf(sandbox).ai.stream(each).finalText()
      expect(lastRequest(sandbox).body).toEqual({ prompt: each, stream: true })
    }
  })
})

describe('the environment', () => {
  test('supplies the key and the base URL that the options do not', async () => {
    vi.stubEnv('VECTRADE_API_KEY', sandbox.apiKey)
    vi.stubEnv('VECTRADE_BASE_URL', `${sandbox.url}/vq`)
    expect(await new VecTrade().ai.stream(prompt).finalText()).toContain('NVDA')
    expect(lastRequest(sandbox).path).toBe('/v1/vq/ai/analyze')
    await new VecTrade({ baseURL: sandbox.url }).ai.stream(prompt).finalText()
    expect(lastRequest(sandbox).path).toBe('/v1/ai/analyze')
  })

  test('without a key is an error that names the option and the variable', () => {
    for (const key of [undefined, '']) {
      vi.stubEnv('VECTRADE_API_KEY', key)
      const { ai } = new VecTrade()
      expect(() => ai.stream(prompt)).toThrow(ConfigurationError)
      expect(() => ai.stream(prompt)).toThrow(/`apiKey`.*VECTRADE_API_KEY/)
    }
  })

  test('with a key that cannot be sent is an error that does not contain the key', () => {
    vi.stubEnv('VECTRADE_API_KEY', 'vq_with a\nline break')
    expect(() => new VecTrade()).toThrow(expect.not.stringContaining('line break\n'))
    expect(() => new VecTrade()).toThrow(ConfigurationError)
  })
})

test('nothing is sent before a stream is used', async () => {
  const before = sandbox.requests.length
  const stream = clientOf(sandbox).ai.stream(prompt)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(sandbox.requests.length).toBe(before)
  await stream.finalText()
  expect(sandbox.requests.length).toBe(before + 1)
})
