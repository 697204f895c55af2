import process from 'node:process'
import { MockAgent } from 'undici'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type FetchInit, VecTrade } from './index.ts'
import { chunk, type RawServer, startRawServer, streamHead } from '@vectrade/test-kit/raw-server'

const text = chunk('data: {"type":"text","content":"whole"}\n\ndata: [DONE]\n\n')
const apiKey = 'vq_test'
const globals = globalThis as unknown as Record<symbol, object | undefined>
const key = Symbol.for('undici.globalDispatcher.1')

let server: RawServer
beforeEach(async () => {
  server = await startRawServer((socket) => socket.end(`${streamHead}${text}0\r\n\r\n`))
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.resetModules()
  vi.doUnmock('undici/lib/dispatcher/agent.js')
  await server[Symbol.asyncDispose]()
})

/** Records the arguments of the global fetch, and still calls it. */
function spyOnFetch(): (FetchInit & { dispatcher?: object })[] {
  const seen: (FetchInit & { dispatcher?: object })[] = []
  const original = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation((url, init) => {
    seen.push(init as FetchInit)
    return original(url, init)
  })
  return seen
}

function ask(options: { fetch?: typeof fetch } = {}): Promise<string> {
  const client = new VecTrade({ apiKey, baseURL: server.url, maxRetries: 0, ...options })
  return client.ai.stream('p').finalText()
}

describe('a client without a `fetch` option', () => {
  test('calls the current global fetch, with one agent for all clients', async () => {
    await ask()
    const seen = spyOnFetch()
    expect(await ask()).toBe('whole')
    expect(await ask()).toBe('whole')
    expect(seen).toHaveLength(2)
    expect(seen[0]?.dispatcher).toHaveProperty('dispatch')
    expect(seen[1]?.dispatcher).toBe(seen[0]?.dispatcher)
  })

  test('does not change the global dispatcher', async () => {
    await fetch('data:,')
    const before = globals[key]
    await ask()
    expect(globals[key]).toBe(before)
  })

  test('uses a dispatcher that the program has set', async () => {
    const mock = new MockAgent()
    mock.disableNetConnect()
    mock
      .get(new URL(server.url).origin)
      .intercept({ path: '/v1/ai/analyze', method: 'POST' })
      .reply(200, 'data: {"type":"text","content":"mocked"}\n\ndata: [DONE]\n\n', {
        headers: { 'content-type': 'text/event-stream' },
      })
    const before = globals[key]
    const { Dispatcher1Wrapper } = await import('undici')
    // Does what `setGlobalDispatcher` does, but so that it can be undone.
    const newKey = Symbol.for('undici.globalDispatcher.2')
    const beforeNew = globals[newKey]
    globals[key] = new Dispatcher1Wrapper(mock)
    globals[newKey] = mock
    try {
      expect(await ask()).toBe('mocked')
    } finally {
      globals[key] = before
      globals[newKey] = beforeNew
    }
    expect(server.received).toEqual([])
  })

  test('calls the global fetch without an agent if undici is missing, and warns once', async () => {
    vi.doMock('undici/lib/dispatcher/agent.js', () => {
      throw new Error('not installed')
    })
    vi.resetModules()
    const { VecTrade: Fresh } = await import('./index.ts')
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const seen = spyOnFetch()
    const client = new Fresh({ apiKey, baseURL: server.url })
    expect(await client.ai.stream('p').finalText()).toBe('whole')
    expect(await client.ai.stream('p').finalText()).toBe('whole')
    expect(seen.map((init) => 'dispatcher' in init)).toEqual([false, false])
    expect(warned).toHaveBeenCalledTimes(1)
  })
})

test('a `fetch` option gets no agent', async () => {
  const seen: unknown[] = []
  const own: typeof fetch = (url, init) => {
    seen.push(init)
    return fetch(url, init)
  }
  expect(await ask({ fetch: own })).toBe('whole')
  expect(seen).toHaveLength(1)
  expect(seen[0]).not.toHaveProperty('dispatcher')
})
