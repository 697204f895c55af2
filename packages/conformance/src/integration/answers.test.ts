import { type Fault, type Sandbox, startSandbox } from '@vectrade/sandbox'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { clientOf, prompt } from './test-support/sandbox-client.ts'
import { startRawServer } from '@vectrade/test-kit/raw-server'
import type { Analysis, StreamEvent } from '@vectrade/core'

let sandbox: Sandbox
let whole: Analysis
let events: StreamEvent[]
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 0 })
  whole = await clientOf(sandbox).ai.stream(prompt).finalAnalysis()
  events = await Array.fromAsync(clientOf(sandbox).ai.stream(prompt))
})
afterAll(() => sandbox.close())

const answerTo = async (fault: Fault): Promise<Analysis> => {
  const answer = await clientOf(sandbox, fault).ai.stream(prompt).finalAnalysis()
  return { ...answer, requestId: whole.requestId }
}

test('an answer without faults is complete', async () => {
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['text', 'citation']))
  expect(events.at(0)?.type).toBe('metadata')
  expect(events.at(-1)?.type).toBe('done')
  expect(whole.text).toMatch(/[^\0-\x7f]/)
  expect(whole).toMatchObject({
    citations: expect.arrayContaining([{ source: expect.any(String), url: expect.any(String) }]),
    metadata: { simulated: true },
    usage: { completion_tokens: expect.any(Number) },
  })
  const analyzed = await clientOf(sandbox).ai.analyze(prompt)
  expect({ ...analyzed, requestId: whole.requestId }).toEqual(whole)
})

test('`response` resolves as soon as the headers have arrived', async () => {
  const fault = { stallAfterEvents: 0, headers: { 'x-vq-ratelimit-limit': '60' } }
  const stream = clientOf(sandbox, fault).ai.stream(prompt)
  const response = await stream.response
  expect(response).toMatchObject({
    status: 200,
    requestId: lastRequest(sandbox).id,
    rateLimit: { limit: 60, quotaLimit: 1_000_000 },
  })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  await stream.cancel()
})

describe('the answer is the same', () => {
  test.for<Fault>([
    { chunkBytes: 1 },
    { chunkBytes: 2 },
    { chunkBytes: 3 },
    { chunkBytes: 7 },
    { chunkBytes: 100_000 },
    { lineEnding: 'crlf' },
    { lineEnding: 'cr' },
    { lineEnding: 'crlf', chunkBytes: 1 },
    { lineEnding: 'cr', chunkBytes: 1 },
    { bom: true },
    { bom: true, lineEnding: 'crlf', chunkBytes: 1 },
    { ids: true, retry: 12_345_678_910 },
    { noDoneMarker: true },
    { contentType: 'text/event-stream' },
    { stallAfterEvents: 2, stallFor: 60, heartbeat: 10, lineEnding: 'cr' },
    { headers: { 'content-encoding': 'identity' } },
  ])('with the fault %j', async (fault) => {
    expect(await answerTo(fault)).toEqual(whole)
  })

  test('without a `done` event, except for the usage', async () => {
    expect(await answerTo({ noDoneEvent: true })).toEqual({ ...whole, usage: undefined })
  })

  test('with event types newer than this SDK, which are passed on', async () => {
    const fault = { unknownAfterEvents: 2 }
    const seen = await Array.fromAsync(clientOf(sandbox, fault).ai.stream(prompt))
    const unknown = seen.filter(({ type }) => type === 'unknown')
    expect(unknown).toMatchObject([
      { wireType: 'progress', content: '', data: { stage: 'reading-filings' } },
      { wireType: 'trace', content: '', data: { span: 'retrieval' } },
    ])
    expect(seen.filter(({ type }) => type !== 'unknown')).toEqual(events)
  })

  test('with 100,000 events in a few writes', async () => {
    const fault = { events: 100_000, chunkBytes: 65_536 }
    let seen = 0
    for await (const event of clientOf(sandbox, fault).ai.stream(prompt)) {
      if (event.type === 'text') seen += 1
    }
    expect(seen).toBe(100_000)
  })

  test('when it is compressed', async () => {
    const body = gzipSync('data: {"type":"text","content":"é"}\n\ndata: [DONE]\n\n')
    await using server = await startRawServer((socket) => {
      socket.write(
        'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n' +
          `content-length: ${body.byteLength}\r\n\r\n`,
      )
      socket.write(body)
    })
    const client = clientOf({ url: server.url, apiKey: 'vq_none_at_all' })
    expect(await client.ai.stream(prompt).finalText()).toBe('é')
  })
})

describe('the end', () => {
  test.for<Fault>([{ linger: true }, { linger: true, noDoneEvent: true }])(
    'is recognized while the server keeps the socket open, which is then closed: %j',
    async (fault) => {
      const text = clientOf(sandbox, fault).ai.stream(prompt).finalText()
      await expectWithinASecond(() => lastRequest(sandbox).closed === 'client')
      expect(await text).toBe(whole.text)
    },
  )

  test('is recognized without the marker if the connection closes', async () => {
    const total = events.length
    expect(await answerTo({ cutAfterEvents: total, noDoneMarker: true, cut: 'fin' })).toEqual(whole)
  })
})
