import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { testWorker } from '../test-support/bundle.ts'
import { type Running, startEdgeVm, workerd } from '../test-support/runtimes.ts'
import { access, post, prompt, readUntil, askRoute } from '../test-support/sandbox-worker.ts'
import { fromResponse, version } from '../index.ts'

describe.for([
  ['workerd', workerd()],
  ['the edge runtime', startEdgeVm],
] as const)('%s', ([, start]) => {
  let sandbox: Sandbox
  let worker: Running
  /** The text of the sandbox's answer. */
  let text: string
  beforeAll(async () => {
    sandbox = await startSandbox({ heartbeat: 0 })
    worker = await start(testWorker, access(sandbox))
    const response = await fetch(`${sandbox.url}/ai/analyze`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
      body: JSON.stringify({ prompt, stream: false }),
    })
    text = ((await response.json()) as { content: string }).content
    expect(text.length).toBeGreaterThan(500)
  })
  afterAll(async () => {
    await worker[Symbol.asyncDispose]()
    await sandbox.close()
  })

  describe('reads', () => {
    test('every event of an answer', async () => {
      const { events = [] } = await askRoute(worker, '/events')
      const types = events.map(({ type }) => type)
      expect([types.at(0), types.at(-1)]).toEqual(['metadata', 'done'])
      expect(types).toContain('citation')
      expect(events.map(({ content }) => content).join('')).toBe(text)
      expect(lastRequest(sandbox)).toMatchObject({
        headers: { 'user-agent': `vectrade-edge/${version}`, 'cache-control': 'no-cache' },
        body: { prompt, stream: true },
      })
    })

    test('the text of an answer, streamed or not', async () => {
      expect(await askRoute(worker, '/text')).toEqual({ text })
      expect(await askRoute(worker, '/analyze')).toEqual({ text })
    })

    test.for([
      { chunkBytes: 1 },
      { chunkBytes: 100_000 },
      { lineEnding: 'crlf', bom: true },
    ] as const)('the same text as %o', async (fault) => {
      expect(await askRoute(worker, '/text', fault)).toEqual({ text })
    })

    test('the same text after a redirect to the same origin only', async () => {
      expect(await askRoute(worker, '/text', { status: 307 })).toEqual({ text })
      const elsewhere = { status: 307, location: 'https://elsewhere.example/v1' }
      expect(await askRoute(worker, '/text', elsewhere)).toMatchObject({
        error: { name: 'ConnectionError' },
      })
    })
  })

  describe('fails with', () => {
    test.for([
      [{ status: 401 }, { name: 'AuthenticationError', json: { status: 401 } }],
      [{ status: 422 }, { name: 'ValidationError', json: { status: 422 } }],
      [
        { status: 429, retryAfter: 7 },
        { name: 'RateLimitError', json: { retryAfter: 7 } },
      ],
      [
        { status: 503, body: 'html' },
        { name: 'ServiceUnavailableError', json: { status: 503 } },
      ],
      [{ errorAfterEvents: 3 }, { name: 'ServerError', partial: { text: '## The' } }],
      [{ destroy: 'rst' }, { name: 'ConnectionError', json: { phase: 'connect' } }],
      [{ contentType: 'text/html' }, { name: 'StreamProtocolError' }],
      [{ cutAfterEvents: 3 }, { name: 'StreamInterruptedError', partial: { text: '## The' } }],
      [
        { cutAfterEvents: 3, cut: 'rst' },
        { name: 'StreamInterruptedError', partial: { text: '## The' } },
      ],
      [
        { cutAfterEvents: 3, cut: 'clean' },
        { name: 'StreamInterruptedError', partial: { text: '## The' } },
      ],
    ] as const)('%o → %o', async ([fault, expected]) => {
      const { error } = await askRoute(worker, '/text', fault)
      expect(error).toMatchObject({ ...expected, isVecTradeError: true })
      expect(JSON.stringify(error)).not.toContain(sandbox.apiKey)
    })
  })

  describe('closes the connection', () => {
    test.for([{ stallAfterEvents: 3 }, { tokensPerSecond: 20 }])(
      'on an abort, %o',
      async (fault) => {
        const { error } = await askRoute(worker, '/abort', fault)
        expect(error).toMatchObject({ name: 'RequestAbortedError', isVecTradeError: true })
        await expectWithinASecond(() => lastRequest(sandbox).closed === 'client')
      },
    )

    test('on a break', async () => {
      const { events } = await askRoute(worker, '/break', { stallAfterEvents: 2 })
      expect(events).toMatchObject([{ type: 'metadata' }])
      await expectWithinASecond(() => lastRequest(sandbox).closed === 'client')
    })
  })

  describe.for(['/relay', '/handler'])('%s sends', (path) => {
    test('the whole answer, as an event stream', async () => {
      const response = await post(worker, path)
      expect(response.status).toBe(200)
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      })
      expect(await fromResponse(response).finalText()).toBe(text)
    })

    test('the first event before the second exists', async () => {
      const response = await post(worker, path, { stallAfterEvents: 1 })
      const reader = response.body!.getReader()
      const got = await readUntil(reader, (part) => part.endsWith('\n\n'))
      expect(got).toContain('"type":"metadata"')
      expect(lastRequest(sandbox)).toMatchObject({ eventsSent: 1 })
      expect(lastRequest(sandbox).closed).toBeUndefined()
      await reader.cancel()
    })

    test('a failure in the middle as an error event', async () => {
      const body = await (await post(worker, path, { cutAfterEvents: 3 })).text()
      expect(body).toMatch(/event: error\ndata: .*\n\n$/)
      expect(body).not.toContain('[DONE]')
    })
  })
})
