import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ok, post, serve, url } from '../test-support/serve.ts'
import { readAnalysisRequest } from './read-analysis-request.ts'

describe('a request', () => {
  test.for<[string, unknown, number, RegExp]>([
    ['that is not JSON', '{"prompt":', 422, /JSON/],
    ['that is not an object', '["p"]', 422, /JSON/],
    ['without a body', '', 422, /JSON/],
    ['without a prompt', { symbols: [] }, 422, /`prompt`/],
    ['with an empty prompt', { prompt: ' \n' }, 422, /`prompt`/],
    ['with a prompt that is not a string', { prompt: 7 }, 422, /`prompt`/],
    ['with a prompt over the limit', { prompt: 'x'.repeat(101) }, 422, /100 characters/],
    ['with a body over the limit', { prompt: 'x'.repeat(10_000) }, 413, /bytes/],
    ['with symbols that are not an array', { prompt: 'p', symbols: 'NVDA' }, 422, /`symbols`/],
    ['with a symbol that is not a string', { prompt: 'p', symbols: [1] }, 422, /`symbols`/],
    ['with too many symbols', { prompt: 'p', symbols: Array(51).fill('A') }, 422, /`symbols`/],
    [
      'with symbols over the limit',
      { prompt: 'p', symbols: ['A'.repeat(100)] },
      422,
      /together: shorten/,
    ],
    [
      'with prompt and symbols together over the limit',
      { prompt: 'p'.repeat(60), symbols: Array(41).fill('A') },
      422,
      /100/,
    ],
    [
      'with empty symbols over the limit',
      { prompt: 'p'.repeat(60), symbols: Array(41).fill('') },
      422,
      /fewer/,
    ],
    [
      'with a thousand empty symbols',
      { prompt: 'p', symbols: Array(1_000).fill('') },
      422,
      /`symbols`/,
    ],
  ])('%s is refused with the reason', async ([, body, status, message]) => {
    const { handler, sent } = serve(ok, { maxPromptLength: 100 })
    const response = await handler(post(body))
    expect(response.status).toBe(status)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(
      message,
    )
    expect(sent).toHaveLength(0)
  })

  test('with prompt and symbols of the longest length passes', async () => {
    const { handler, sent } = serve(ok, { maxPromptLength: 100 })
    const request = {
      prompt: 'p'.repeat(60),
      symbols: [...Array(10).fill('NVD'), ...Array(10).fill('')],
    }
    expect((await handler(post(request))).status).toBe(200)
    expect(sent).toHaveLength(1)
  })

  test('with an escaped prompt of the longest length passes', async () => {
    const { handler } = serve(ok, { maxPromptLength: 1000 })
    const escaped = `{"prompt":"${String.raw`\u20ac`.repeat(1000)}"}`
    expect((await handler(post(escaped))).status).toBe(200)
  })
})

describe('a request body', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('that does not end is refused after 30 seconds', async () => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new Uint8Array(1)),
    })
    const { handler, sent } = serve(ok)
    const init = { method: 'POST', body, duplex: 'half' }
    const answered = handler(new Request(url, init))
    await vi.advanceTimersByTimeAsync(30_000)
    expect((await answered).status).toBe(408)
    expect(sent).toHaveLength(0)
  })

  test('with a Content-Length over the limit is not read', async () => {
    const body = new ReadableStream(
      { pull: () => expect.unreachable('the body was read') },
      { highWaterMark: 0 },
    )
    const { handler } = serve(ok)
    const headers = { 'content-length': '10000000000' }
    const init = { method: 'POST', body, duplex: 'half', headers }
    expect((await handler(new Request(url, init))).status).toBe(413)
  })
})

const ask = (contentLength: string, prompt = 'p'): Promise<unknown> => {
  const headers = { 'content-length': contentLength }
  const body = JSON.stringify({ prompt })
  return readAnalysisRequest(new Request('https://e/', { method: 'POST', body, headers }), 10)
}

test.for(['14', '14, 14', '-1', 'many'])(
  'the size of a body counts, even if its Content-Length is %s',
  async (contentLength) => {
    expect(await ask(contentLength)).toEqual({ prompt: 'p' })
    await expect(ask(contentLength, 'x'.repeat(5_000))).rejects.toThrow('over 4156 bytes')
  },
)
