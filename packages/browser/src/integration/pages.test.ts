import { formatFault, type Sandbox, startSandbox } from '@vectrade/sandbox'
import { browserNames, launchBrowser, launchTimeout, type TestBrowser } from '@vectrade/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Site, startSite } from '../test-support/site.ts'
import { prompt, told, visit } from '../test-support/visit.ts'

describe.for(browserNames)('a page in %s', (name) => {
  let sandbox: Sandbox
  let site: Site
  let browser: TestBrowser
  /** What the sandbox says when nothing streams. */
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

  test('reads every event, under a policy that allows its own scripts and endpoint', async () => {
    await using page = await visit(browser, site)
    const { events = [] } = await told(page, 'events', { endpoint: '/api/analyze' })
    const types = events.map(({ type }) => type)
    expect([types.at(0), types.at(-1)]).toEqual(['metadata', 'done'])
    expect(types).toContain('citation')
    expect(events.map(({ content }) => content).join('')).toBe(text)
    expect(await page.evaluate('return violations')).toEqual([])
    expect(page.consoleErrors).toEqual([])
  })

  test('gives an answer in one piece', async () => {
    await using page = await visit(browser, site)
    expect(await told(page, 'analyze', { endpoint: 'api/analyze' })).toEqual({ text })
  })

  test('has no key, and its own User-Agent', async () => {
    await using page = await visit(browser, site)
    site.asked.length = 0
    await told(page, 'text', { endpoint: '/api/analyze' })
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

  test('reads from a worker of its own', async () => {
    await using page = await visit(browser, site)
    const options = { endpoint: '/api/analyze' }
    expect(await told(page, 'text', options, 'inWorker')).toEqual({ text })
  })

  test('does not follow a redirect, for it cannot see where to', async () => {
    await using page = await visit(browser, site)
    expect(await told(page, 'text', { endpoint: '/api/moved' })).toMatchObject({
      error: { name: 'ConnectionError', json: { phase: 'redirect' }, isOne: true },
    })
  })

  test('asks again where the endpoint is busy, with the same key of the call', async () => {
    await using page = await visit(browser, site)
    site.asked.length = 0
    const options = { endpoint: '/api/busy-twice', maxRetries: 2 }
    expect(await told(page, 'text', options)).toEqual({ text })
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
  ] as const)('fails where VecTrade has %o, with %o', async ([fault, expected]) => {
    await using page = await visit(browser, site)
    const endpoint = `/api/analyze?fault=${encodeURIComponent(formatFault(fault))}`
    const { error } = await told(page, 'text', { endpoint })
    expect(error).toMatchObject({ ...expected, isOne: true })
  })

  test.for([
    ['/api/analyze?members', { name: 'AuthenticationError', json: { status: 401 } }],
    ['/api/page', { name: 'StreamProtocolError' }],
    ['/elsewhere', { name: 'NotFoundError', json: { status: 404 } }],
  ] as const)('fails where %s is the endpoint, with %o', async ([endpoint, expected]) => {
    await using page = await visit(browser, site)
    const { error } = await told(page, 'text', { endpoint, credentials: 'omit' })
    expect(error).toMatchObject({ ...expected, isOne: true })
  })

  test('fails where nobody listens any more', async () => {
    const gone = await startSite(sandbox)
    await gone[Symbol.asyncDispose]()
    await using page = await visit(browser, site, gone.origin)
    const { error } = await told(page, 'text', { endpoint: gone.origin })
    expect(error).toMatchObject({ name: 'ConnectionError', json: { phase: 'connect' } })
  })

  test('fails with what the endpoint finds wrong', async () => {
    await using page = await visit(browser, site)
    const task = { does: 'text', prompt: ' ', options: { endpoint: '/api/analyze' } }
    expect(await page.evaluate(`return perform(${JSON.stringify(task)})`)).toMatchObject({
      error: {
        name: 'ValidationError',
        json: { status: 422, message: expect.stringContaining('`prompt`') },
      },
    })
  })

  test('fails where the connection to its endpoint is cut', async () => {
    await using page = await visit(browser, site)
    const stalled = { endpoint: '/api/analyze?fault=stallAfterEvents%3D2' }
    expect(await told(page, 'hold', stalled)).toMatchObject({ events: [{ type: 'text' }] })
    site.cut()
    expect(await told(page, 'rest', stalled)).toMatchObject({
      error: { name: 'StreamInterruptedError', isOne: true, partial: { text: '##' } },
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

    test('reads, without cookies', async () => {
      await using page = await visit(browser, site, elsewhere.origin)
      elsewhere.asked.length = 0
      expect(await told(page, 'text', { endpoint })).toEqual({ text })
      expect(elsewhere.asked.map(({ method }) => method)).toEqual(['OPTIONS', 'POST'])
      for (const { headers } of elsewhere.asked) expect(headers).not.toHaveProperty('cookie')
    })

    test('sends cookies where it is told to', async () => {
      await using page = await visit(browser, site, elsewhere.origin)
      const members = `${endpoint}?members`
      expect(await told(page, 'text', { endpoint: members })).toMatchObject({
        error: { name: 'AuthenticationError' },
      })
      expect(await told(page, 'text', { endpoint: members, credentials: 'include' })).toEqual({
        text,
      })
    })

    test('sends headers of its own, and of a tracer', async () => {
      await using page = await visit(browser, site, elsewhere.origin)
      elsewhere.asked.length = 0
      const headers = { 'x-tenant': '7', traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` }
      expect(await told(page, 'text', { endpoint, headers })).toEqual({ text })
      expect(elsewhere.asked.at(-1)).toMatchObject({ method: 'POST', headers })
    })

    test('reads the id of the request', async () => {
      await using page = await visit(browser, site, elsewhere.origin)
      const init = JSON.stringify({ method: 'POST', body: JSON.stringify({ prompt }) })
      const id = await page.evaluate(
        `return (await fetch('${endpoint}', ${init})).headers.get('x-request-id')`,
      )
      expect(id).toEqual(expect.stringMatching(/./))
    })

    test('is told how long to wait', async () => {
      await using page = await visit(browser, site, elsewhere.origin)
      const limited = `${endpoint}?fault=${encodeURIComponent('status=429;retryAfter=7')}`
      expect(await told(page, 'text', { endpoint: limited })).toMatchObject({
        error: { name: 'RateLimitError', json: { retryAfter: 7 } },
      })
    })

    test('sends nothing to where a redirect leads, whoever is welcome there', async () => {
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
      const { error } = await told(page, 'text', {
        endpoint: moved,
        headers: { 'x-token': 'secret' },
      })
      expect(error).toMatchObject({ name: 'ConnectionError', json: { phase: 'redirect' } })
      expect(elsewhere.asked).toEqual([])
      // It does get what is not kept from it.
      const init = "{ method: 'POST', body: 'prompt', headers: { 'x-token': 'secret' } }"
      await page.evaluate(`await fetch('${moved}', ${init})`)
      elsewhere.answer = undefined
      expect(elsewhere.asked).toMatchObject([
        { method: 'OPTIONS' },
        { method: 'POST', headers: { 'x-token': 'secret' } },
      ])
    })

    test('fails to connect where the endpoint does not allow it', async () => {
      await using page = await visit(browser, elsewhere, site.origin)
      const { error } = await told(page, 'text', { endpoint: `${site.origin}/api/analyze` })
      expect(error).toMatchObject({ name: 'ConnectionError', json: { phase: 'connect' } })
    })

    test('fails to connect where its own policy does not allow it', async () => {
      await using page = await visit(browser, site)
      elsewhere.asked.length = 0
      const { error } = await told(page, 'text', { endpoint })
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

    test('throws, unless told that it is meant', async () => {
      await using page = await visit(browser, site, new URL(open.url).origin)
      const access = { apiKey: open.apiKey, baseURL: open.url }
      expect(await told(page, 'text', access)).toMatchObject({
        error: { name: 'ConfigurationError' },
      })
      expect(open.requests).toEqual([])
      const meant = { ...access, dangerouslyAllowBrowser: true }
      expect(await told(page, 'text', meant)).toEqual({ text })
      expect(await told(page, 'analyze', meant)).toEqual({ text })
      expect(open.requests.filter(({ method }) => method === 'POST')).toHaveLength(2)
    })

    test('does not take it to where a redirect leads', async () => {
      await using page = await visit(browser, site, new URL(open.url).origin)
      const { error } = await told(page, 'text', {
        apiKey: open.apiKey,
        baseURL: open.url,
        dangerouslyAllowBrowser: true,
        headers: { 'x-sandbox-fault': 'status=308' },
      })
      expect(error).toMatchObject({ name: 'ConnectionError', json: { phase: 'redirect' } })
    })
  })
})
