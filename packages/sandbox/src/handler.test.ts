import { describe, expect, test } from 'vitest'
import { createSandboxHandler, type SandboxHandler } from './handler.ts'
import { dataOf, prompt, textOf } from './test-support/raw-request.ts'

const endpoint = 'http://localhost/v1/ai/analyze'

function ask(
  sandbox: SandboxHandler,
  body: object,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return sandbox(
    new Request(endpoint, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}`, ...headers },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    }),
  )
}

describe('createSandboxHandler', () => {
  test('streams metadata, text and citations, usage, and [DONE]', async () => {
    const sandbox = createSandboxHandler()
    const response = await ask(sandbox, { prompt, stream: true })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    expect(response.headers.has('content-length')).toBe(false)
    const data = dataOf(await response.text())
    expect(data.pop()).toBe('[DONE]')
    const events = data.map((each) => JSON.parse(each) as Record<string, unknown>)
    expect(events[0]).toMatchObject({
      type: 'metadata',
      model: 'vectrade-sandbox-simulated',
      simulated: true,
      symbols: ['NVDA'],
      timing: { time_to_first_token_ms: 0, tokens_per_second: 0 },
    })
    const texts = events.filter((event) => event['type'] === 'text').length
    expect(events.at(-1)).toMatchObject({ type: 'done', usage: { completion_tokens: texts } })
    const types = events.slice(1, -1).map((event) => event['type'])
    expect(new Set(types)).toEqual(new Set(['text', 'citation']))
    expect(types.at(-1)).toBe('text')
  })

  test('gives the same answer as JSON and as a stream', async () => {
    const sandbox = createSandboxHandler()
    const stream = await (await ask(sandbox, { prompt, stream: true })).text()
    const response = await ask(sandbox, { prompt, stream: false })
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    const answer = (await response.json()) as Record<string, unknown>
    expect(Object.keys(answer)).toEqual(['content', 'citations', 'metadata', 'usage'])
    expect(answer['content']).toBe(textOf(stream))
    const events = dataOf(stream)
      .slice(0, -1)
      .map((each) => JSON.parse(each) as { type: string; [field: string]: unknown })
    const citations = events.filter((event) => event.type === 'citation')
    expect(citations.length).toBeGreaterThan(0)
    expect(answer['citations']).toEqual(citations.map(({ source, url }) => ({ source, url })))
    expect({ type: 'metadata', ...(answer['metadata'] as object) }).toEqual(events[0])
    expect(answer['usage']).toEqual(events.at(-1)?.['usage'])
  })

  test.each([
    ['text/event-stream', 'text/event-stream; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
  ])('answers Accept: %s with %s if the body does not decide', async (accept, type) => {
    const response = await ask(createSandboxHandler(), { prompt }, { accept })
    expect(response.headers.get('content-type')).toBe(type)
  })

  test('makes an event only when it is read', async () => {
    const sandbox = createSandboxHandler()
    const response = await ask(
      sandbox,
      { prompt, stream: true },
      { 'x-sandbox-fault': 'events=100000' },
    )
    const [record] = sandbox.requests
    expect(record?.bytesSent).toBe(0)
    const reader = response.body!.getReader()
    await reader.read()
    await reader.read()
    expect(record?.eventsSent).toBe(2)
    await reader.cancel()
    await record?.done
    expect(record?.closed).toBe('client')
    expect(record?.eventsSent).toBe(2)
  })

  test('keeps its pace, for a stream and for JSON', async () => {
    const sandbox = createSandboxHandler({ tokensPerSecond: 1000, timeToFirstToken: 50 })
    for (const stream of [true, false]) {
      const start = performance.now()
      const text = await (await ask(sandbox, { prompt, stream })).text()
      expect(text).toContain('"tokens_per_second":1000')
      expect(performance.now() - start).toBeGreaterThan(50 + 100 - 5)
    }
  })

  test('rejects for a cut before the headers, and makes the body fail for a later one', async () => {
    const sandbox = createSandboxHandler({ faults: { cutAfterEvents: 2, cut: 'rst' } })
    const response = await ask(sandbox, { prompt, stream: true })
    await expect(response.text()).rejects.toMatchObject({ name: 'ConnectionCut', cut: 'rst' })
    const early = ask(sandbox, { prompt }, { 'x-sandbox-fault': 'destroy=fin' })
    await expect(early).rejects.toMatchObject({ name: 'ConnectionCut', cut: 'fin' })
    expect(sandbox.requests.map(({ closed }) => closed)).toEqual(['fault', 'fault'])
  })

  test('rejects if the request is aborted before the headers', async () => {
    const sandbox = createSandboxHandler({ faults: { hang: true } })
    const controller = new AbortController()
    const answer = ask(sandbox, { prompt }, {}, controller.signal)
    setTimeout(() => controller.abort(), 10)
    await expect(answer).rejects.toThrow('aborted')
    expect(sandbox.requests[0]?.closed).toBe('client')
  })

  test('answers 500 if onRequest throws', async () => {
    const sandbox = createSandboxHandler({
      onRequest: () => {
        throw new Error('mine')
      },
    })
    const response = await ask(sandbox, { prompt })
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('mine')
  })

  test.each([
    [{ apiKey: 'sk_12345678' }, '`apiKey` must be "vq_"'],
    [{ tokensPerSecond: -1 }, '`tokensPerSecond` must be a number, 0 or more'],
    [{ heartbeat: Number.NaN }, '`heartbeat` must be a number'],
    [{ allowedOrigins: ['http://localhost:1/'] }, '`allowedOrigins` takes origins'],
    [{ faults: { status: 1 } }, '`status` takes a whole number'],
    [{ faults: [{}, { cut: 'fin' as const }] }, '`cut` needs'],
  ])('refuses the options %j', (options, message) => {
    expect(() => createSandboxHandler(options)).toThrow(TypeError)
    expect(() => createSandboxHandler(options)).toThrow(message)
  })

  test.each([null, [], 'x', () => {}])('refuses options that are not an object: %j', (wrong) => {
    expect(() => createSandboxHandler(wrong as never)).toThrow(/options must be an object/)
  })

  test.each([
    ['apiKey', null, 'must not be null'],
    ['faults', null, 'must not be null'],
    ['quotaError', null, 'must not be null'],
    ['keyHeader', null, 'must not be null'],
    ['rateLimit', null, 'must not be null'],
    ['allowedOrigins', 'http://localhost:1', 'must be a list of strings'],
    ['allowedHosts', 'localhost', 'must be a list of strings'],
    ['allowedHosts', [1], 'must be a list of strings'],
    ['onRequest', 'log', 'must be a function'],
  ])('refuses the option %s and names it if it is %j', (name, value, message) => {
    expect(() => createSandboxHandler({ [name]: value })).toThrow(TypeError)
    expect(() => createSandboxHandler({ [name]: value })).toThrow(`\`${name}\` ${message}`)
  })

  test('joins the lines of a header, because a Response cannot separate them', async () => {
    const fault = { headers: { 'content-type': ['a/b', 'c/d'] } }
    const response = await ask(createSandboxHandler({ faults: fault }), { prompt })
    expect(response.headers.get('content-type')).toBe('a/b, c/d')
  })

  test('imports no module of Node', async () => {
    const seen = new Set<string>()
    const { readFile } = await import('node:fs/promises')
    const follow = async (file: URL): Promise<void> => {
      if (seen.has(file.href)) return
      seen.add(file.href)
      const source = await readFile(file, 'utf8')
      expect(source).not.toMatch(/from 'node:/)
      const imports = [...source.matchAll(/from '(\.\/[^']+)'/g)]
      await Promise.all(imports.map(([, path]) => follow(new URL(path!, file))))
    }
    await follow(new URL('handler.ts', import.meta.url))
    expect(seen.size).toBeGreaterThan(10)
  })
})
