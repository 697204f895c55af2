import { startSandbox } from '@vectrade/sandbox'
import {
  browserNames,
  expectWithinASecond,
  launchBrowser,
  launchTimeout,
  type TestBrowser,
  type TestPage,
} from '@vectrade/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Site, startSite } from '../test-support/site.ts'
import { prompt, visit } from '../test-support/visit.ts'

/** More than the six connections that a page gets to a server of HTTP/1.1. */
const many = 9

/** Reads a clone of each response to its end, as OpenTelemetry's instrumentation of fetch does. */
const instrument = `
  const { fetch } = globalThis
  globalThis.fetch = async (...parameters) => {
    const response = await fetch(...parameters)
    const reader = response.clone().body?.getReader()
    const read = () => reader?.read().then(({ done }) => done || read(), () => {})
    void read()
    return response
  }`

describe.for(browserNames)('where fetch is instrumented, in %s,', (name) => {
  let site: Site
  let browser: TestBrowser
  /** Answers that are being sent. */
  let open = 0
  beforeAll(async () => {
    const sandbox = await startSandbox()
    // Its endpoints are never asked: each test answers.
    await sandbox.close()
    site = await startSite(sandbox)
    browser = await launchBrowser(name)
  }, launchTimeout)
  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await site[Symbol.asyncDispose]()
  })

  /** An answer after which the server keeps the connection open, until the page closes it. */
  function leftOpen(text: string, headers: Record<string, string> = {}): Response {
    open += 1
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
      cancel: () => void (open -= 1),
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream', ...headers } })
  }

  async function instrumentedPage(): Promise<TestPage> {
    const page = await visit(browser, site)
    await page.evaluate(instrument)
    return page
  }

  test('a page can ask more often than it has connections', async () => {
    const answer = 'data: {"type":"text","content":"whole"}\n\ndata: [DONE]\n\n'
    site.answer = () => leftOpen(answer)
    await using page = await instrumentedPage()
    const task = { does: 'text', prompt, options: { endpoint: '/api/analyze' } }
    const told = await page.evaluate(`
      const all = []
      for (let asked = 0; asked < ${many}; asked += 1) all.push(await perform(${JSON.stringify(task)}))
      return all`)
    expect(told).toEqual(Array.from({ length: many }, () => ({ text: 'whole' })))
    await expectWithinASecond(() => open === 0)
  })

  test('a stream can be resumed more often than its page has connections', async () => {
    const event = (id: number): string =>
      `id: ${id}\ndata: {"type":"text","content":"${id} "}\n\n${id === many ? 'data: [DONE]\n\n' : ''}`
    site.answer = ({ method, headers }) =>
      method === 'POST'
        ? leftOpen(event(1), { 'x-vectrade-stream-id': 'id' })
        : leftOpen(event(Number(headers.get('last-event-id')) + 1))
    await using page = await instrumentedPage()
    const options = { endpoint: '/api/analyze', heartbeatTimeout: 300 }
    const task = { does: 'text', prompt, options }
    const told = await page.evaluate(`
      Math.random = () => 0
      return perform(${JSON.stringify(task)})`)
    expect(told).toEqual({ text: '1 2 3 4 5 6 7 8 9 ' })
    await expectWithinASecond(() => open === 0)
  })
})
