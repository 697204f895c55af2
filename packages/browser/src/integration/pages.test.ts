import { formatFault, type Sandbox, startSandbox } from '@vectrade/sandbox'
import { browserNames, launchBrowser, launchTimeout, type TestBrowser } from '@vectrade/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Site, startSite } from '../test-support/site.ts'
import { prompt, runTask, visit } from '../test-support/visit.ts'

describe.for(browserNames)('a page in %s', (name) => {
  let sandbox: Sandbox
  let site: Site
  let browser: TestBrowser
  /** The text of the sandbox's answer. */
  let text: string
  beforeAll(async () => {
    sandbox = await startSandbox({ heartbeat: 0 })
    site = await startSite(sandbox)
    browser = await launchBrowser(name)
    const response = await fetch(`${sandbox.url}/ai/analyze`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
      body: JSON.stringify({ prompt, stream: false }),
    })
    text = ((await response.json()) as { content: string }).content
    expect(text.length).toBeGreaterThan(500)
  }, launchTimeout)
  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await site[Symbol.asyncDispose]()
    await sandbox.close()
  })

  test('reads every event under a policy that only allows its own scripts and endpoint', async () => {
    await using page = await visit(browser, site)
    const { events = [] } = await runTask(page, 'events', { endpoint: '/api/analyze' })
    const types = events.map(({ type }) => type)
    expect([types.at(0), types.at(-1)]).toEqual(['metadata', 'done'])
    expect(types).toContain('citation')
    expect(events.map(({ content }) => content).join('')).toBe(text)
    expect(await page.evaluate('return violations')).toEqual([])
    expect(page.consoleErrors).toEqual([])
  })

  test('gets the result of `analyze`', async () => {
    await using page = await visit(browser, site)
    expect(await runTask(page, 'analyze', { endpoint: 'api/analyze' })).toEqual({ text })
  })

  test('sends no key, and the User-Agent of the browser', async () => {
    await using page = await visit(browser, site)
    site.asked.length = 0
    await runTask(page, 'text', { endpoint: '/api/analyze' })
    expect(site.asked).toMatchObject([
      {
        method: 'POST',
        headers: {
          accept: 'text/event-stream',
          'content-type': 'application/json',
          cookie: 'visitor=known',
          'user-agent': expect.stringMatching(/^Mozilla\/(?!.*vectrade)/),
        },
      },
    ])
    expect(Object.keys(site.asked[0]?.headers ?? {})).not.toContain('authorization')
    expect(Object.keys(site.asked[0]?.headers ?? {})).not.toContain('x-api-key')
  })

  test('reads in a worker', async () => {
    await using page = await visit(browser, site)
    const options = { endpoint: '/api/analyze' }
    expect(await runTask(page, 'text', options, 'inWorker')).toEqual({ text })
  })

  test('does not follow a redirect, because it cannot see the target', async () => {
    await using page = await visit(browser, site)
    expect(await runTask(page, 'text', { endpoint: '/api/moved' })).toMatchObject({
      error: { name: 'ConnectionError', json: { phase: 'redirect' }, isVecTradeError: true },
    })
  })

  test('retries with the same idempotency key if the endpoint is busy', async () => {
    await using page = await visit(browser, site)
    site.asked.length = 0
    const options = { endpoint: '/api/busy-twice', maxRetries: 2 }
    expect(await runTask(page, 'text', options)).toEqual({ text })
    expect(site.asked).toHaveLength(3)
    expect(new Set(site.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  })

  test.for([
    [{ status: 401 }, { name: 'AuthenticationError', json: { status: 401 } }],
    [
      { status: 429, retryAfter: 7 },
      { name: 'RateLimitError', json: { status: 429, retryAfter: 7 } },
    ],
    [{ status: 500 }, { name: 'ServerError', json: { status: 500 } }],
    [{ errorAfterEvents: 3 }, { name: 'ServerError', partial: { text: '## The' } }],
    [{ cutAfterEvents: 3 }, { name: 'ServiceUnavailableError', partial: { text: '## The' } }],
  ] as const)('fails with the fault %o in VecTrade: %o', async ([fault, expected]) => {
    await using page = await visit(browser, site)
    const endpoint = `/api/analyze?fault=${encodeURIComponent(formatFault(fault))}`
    const { error } = await runTask(page, 'text', { endpoint })
    expect(error).toMatchObject({ ...expected, isVecTradeError: true })
  })

  test.for([
    ['/api/analyze?members', { name: 'AuthenticationError', json: { status: 401 } }],
    ['/api/page', { name: 'StreamProtocolError' }],
    ['/elsewhere', { name: 'NotFoundError', json: { status: 404 } }],
  ] as const)('fails if the endpoint is %s: %o', async ([endpoint, expected]) => {
    await using page = await visit(browser, site)
    const { error } = await runTask(page, 'text', { endpoint, credentials: 'omit' })
    expect(error).toMatchObject({ ...expected, isVecTradeError: true })
  })

  test('fails if the endpoint does not listen any more', async () => {
    const gone = await startSite(sandbox)
    await gone[Symbol.asyncDispose]()
    await using page = await visit(browser, site, gone.origin)
    const { error } = await runTask(page, 'text', { endpoint: gone.origin })
    expect(error).toMatchObject({ name: 'ConnectionError', json: { phase: 'connect' } })
  })

  test('fails with the error of the endpoint', async () => {
    await using page = await visit(browser, site)
    const task = { does: 'text', prompt: ' ', options: { endpoint: '/api/analyze' } }
    expect(await page.evaluate(`return perform(${JSON.stringify(task)})`)).toMatchObject({
      error: {
        name: 'ValidationError',
        json: { status: 422, message: expect.stringContaining('`prompt`') },
      },
    })
  })

  test('fails if the connection to its endpoint is cut', async () => {
    await using page = await visit(browser, site)
    const stalled = { endpoint: '/api/analyze?fault=stallAfterEvents%3D2' }
    expect(await runTask(page, 'hold', stalled)).toMatchObject({ events: [{ type: 'text' }] })
    site.cut()
    expect(await runTask(page, 'rest', stalled)).toMatchObject({
      error: { name: 'StreamInterruptedError', isVecTradeError: true, partial: { text: '##' } },
    })
  })

  describe('with an endpoint of another origin', () => {
    let elsewhere: Site
    let endpoint: string
    beforeAll(async () => {
      elsewhere = await startSite(sandbox, { cors: { origins: [site.origin], credentials: true } })
      endpoint = `${elsewhere.origin}/api/analyze`
    })
    afterAll(() => elsewhere[Symbol.asyncDispose]())

    test('reads without sending cookies', async () => {
      await using page = await visit(browser, site, elsewhere.origin)
      elsewhere.asked.length = 0
      expect(await runTask(page, 'text', { endpoint })).toEqual({ text })
      expect(elsewhere.asked.map(({ method }) => method)).toEqual(['OPTIONS', 'POST'])
      for (const { headers } of elsewhere.asked) expect(headers).not.toHaveProperty('cookie')
    })

    test('sends cookies if `credentials` is `include`', async () => {
      await using page = await visit(browser, site, elsewhere.origin)
      const members = `${endpoint}?members`
      expect(await runTask(page, 'text', { endpoint: members })).toMatchObject({
        error: { name: 'AuthenticationError' },
      })
      expect(await runTask(page, 'text', { endpoint: members, credentials: 'include' })).toEqual({
        text,
      })
    })

    test('sends its own headers and those of a tracer', async () => {
      await using page = await visit(browser, site, elsewhere.origin)
      elsewhere.asked.length = 0
      const headers = { 'x-tenant': '7', traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` }
      expect(await runTask(page, 'text', { endpoint, headers })).toEqual({ text })
      expect(elsewhere.asked.at(-1)).toMatchObject({ method: 'POST', headers })
    })

    test('can read the ID of the request', async () => {
      await using page = await visit(browser, site, elsewhere.origin)
      const init = JSON.stringify({ method: 'POST', body: JSON.stringify({ prompt }) })
      const id = await page.evaluate(
        `return (await fetch('${endpoint}', ${init})).headers.get('x-request-id')`,
      )
      expect(id).toEqual(expect.stringMatching(/./))
    })

    test('can read how long to wait', async () => {
      await using page = await visit(browser, site, elsewhere.origin)
      const limited = `${endpoint}?fault=${encodeURIComponent('status=429;retryAfter=7')}`
      expect(await runTask(page, 'text', { endpoint: limited })).toMatchObject({
        error: { name: 'RateLimitError', json: { retryAfter: 7 } },
      })
    })

    test('sends nothing to the target of a redirect, even if the target allows the page', async () => {
      await using page = await visit(browser, site, elsewhere.origin)
      elsewhere.asked.length = 0
      elsewhere.answer = () =>
        new Response(null, {
          headers: {
            'access-control-allow-origin': site.origin,
            'access-control-allow-credentials': 'true',
            'access-control-allow-headers':
              'x-token, accept, cache-control, content-type, idempotency-key',
          },
        })
      const moved = `/api/moved?to=${elsewhere.origin}`
      const { error } = await runTask(page, 'text', {
        endpoint: moved,
        headers: { 'x-token': 'secret' },
      })
      expect(error).toMatchObject({ name: 'ConnectionError', json: { phase: 'redirect' } })
      expect(elsewhere.asked).toEqual([])
      // A plain fetch does follow the redirect.
      const init = "{ method: 'POST', body: 'prompt', headers: { 'x-token': 'secret' } }"
      await page.evaluate(`await fetch('${moved}', ${init})`)
      elsewhere.answer = undefined
      expect(elsewhere.asked).toMatchObject([
        { method: 'OPTIONS' },
        { method: 'POST', headers: { 'x-token': 'secret' } },
      ])
    })

    test('fails to connect if the endpoint does not allow the page', async () => {
      await using page = await visit(browser, elsewhere, site.origin)
      const { error } = await runTask(page, 'text', { endpoint: `${site.origin}/api/analyze` })
      expect(error).toMatchObject({ name: 'ConnectionError', json: { phase: 'connect' } })
    })

    test('fails to connect if its own policy does not allow the endpoint', async () => {
      await using page = await visit(browser, site)
      elsewhere.asked.length = 0
      const { error } = await runTask(page, 'text', { endpoint })
      expect(error).toMatchObject({ name: 'ConnectionError', json: { phase: 'connect' } })
      expect(elsewhere.asked).toEqual([])
      expect(await page.evaluate('return violations')).toEqual([`connect-src ${endpoint}`])
    })
  })

  describe('with a key', () => {
    let open: Sandbox
    beforeAll(async () => {
      open = await startSandbox({ allowedOrigins: [site.origin] })
    })
    afterAll(() => open.close())

    test('throws, unless `dangerouslyAllowBrowser` is set', async () => {
      await using page = await visit(browser, site, new URL(open.url).origin)
      const access = { apiKey: open.apiKey, baseURL: open.url }
      expect(await runTask(page, 'text', access)).toMatchObject({
        error: { name: 'ConfigurationError' },
      })
      expect(open.requests).toEqual([])
      const allowed = { ...access, dangerouslyAllowBrowser: true }
      expect(await runTask(page, 'text', allowed)).toEqual({ text })
      expect(await runTask(page, 'analyze', allowed)).toEqual({ text })
      expect(open.requests.filter(({ method }) => method === 'POST')).toHaveLength(2)
    })

    test('does not send it to the target of a redirect', async () => {
      await using page = await visit(browser, site, new URL(open.url).origin)
      const { error } = await runTask(page, 'text', {
        apiKey: open.apiKey,
        baseURL: open.url,
        dangerouslyAllowBrowser: true,
        headers: { 'x-sandbox-fault': 'status=308' },
      })
      expect(error).toMatchObject({ name: 'ConnectionError', json: { phase: 'redirect' } })
    })
  })
})
