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

/** More than the six connections that a page can have to an HTTP/1.1 server. */
const requestCount = 9

/** A script that reads a clone of each response, as OpenTelemetry's instrumentation of fetch does. */
const instrument = `
  const { fetch } = globalThis
  globalThis.fetch = async (...parameters) => {
    const response = await fetch(...parameters)
    const reader = response.clone().body?.getReader()
    const read = () => reader?.read().then(({ done }) => done || read(), () => {})
    void read()
    return response
  }`

describe.for(browserNames)('with an instrumented fetch, in %s,', (name) => {
  let site: Site
  let browser: TestBrowser
  /** The number of answers that have not ended. */
  let open = 0
  beforeAll(async () => {
    const sandbox = await startSandbox()
    // The sandbox is not needed, because each test sets the answers of the site.
    await sandbox.close()
    site = await startSite(sandbox)
    browser = await launchBrowser(name)
  }, launchTimeout)
  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await site[Symbol.asyncDispose]()
  })

  /** Returns an answer that does not end, so that the page has to close the connection. */
  function endlessAnswer(text: string, headers: Record<string, string> = {}): Response {
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

  test('a page can ask more questions than it has connections', async () => {
    const answer = 'data: {"type":"text","content":"whole"}\n\ndata: [DONE]\n\n'
    site.answer = () => endlessAnswer(answer)
    await using page = await instrumentedPage()
    const task = { does: 'text', prompt, options: { endpoint: '/api/analyze' } }
    const results = await page.evaluate(`
      const all = []
      for (let asked = 0; asked < ${requestCount}; asked += 1) all.push(await perform(${JSON.stringify(task)}))
      return all`)
    expect(results).toEqual(Array.from({ length: requestCount }, () => ({ text: 'whole' })))
    await expectWithinASecond(() => open === 0)
  })

  test('a stream can be resumed more often than its page has connections', async () => {
    const event = (id: number): string =>
      `id: ${id}\ndata: {"type":"text","content":"${id} "}\n\n${id === requestCount ? 'data: [DONE]\n\n' : ''}`
    site.answer = ({ method, headers }) =>
      method === 'POST'
        ? endlessAnswer(event(1), { 'x-vectrade-stream-id': 'id' })
        : endlessAnswer(event(Number(headers.get('last-event-id')) + 1))
    await using page = await instrumentedPage()
    const options = { endpoint: '/api/analyze', heartbeatTimeout: 300 }
    const task = { does: 'text', prompt, options }
    const results = await page.evaluate(`
      Math.random = () => 0
      return perform(${JSON.stringify(task)})`)
    expect(results).toEqual({ text: '1 2 3 4 5 6 7 8 9 ' })
    await expectWithinASecond(() => open === 0)
  })
})
