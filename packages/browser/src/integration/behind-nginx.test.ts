import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { launchBrowser, launchTimeout, type TestBrowser } from '@vectrade/test-kit'
import { type Nginx, nginxTimeout, startNginx } from '@vectrade/test-kit/nginx'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Site, startSite } from '../test-support/site.ts'
import { runTask, visit } from '../test-support/visit.ts'

const endpoint = '/api/analyze'

/** nginx has a plain `proxy_pass`, so the site gets its own address as `Host`. */
describe('a page whose site is behind nginx', () => {
  let sandbox: Sandbox
  let site: Site
  let nginx: Nginx
  let browser: TestBrowser
  const publicOrigin: string[] = []
  beforeAll(async () => {
    sandbox = await startSandbox()
    site = await startSite(sandbox, { publicOrigin })
    nginx = await startNginx(`location / { proxy_pass ${site.origin}; }`)
    browser = await launchBrowser('chromium')
  }, nginxTimeout + launchTimeout)
  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await nginx[Symbol.asyncDispose]()
    await site[Symbol.asyncDispose]()
    await sandbox.close()
  })

  test('is answered if the browser sends `sec-fetch-site: same-origin`', async () => {
    await using page = await visit(browser, nginx)
    const { text = '' } = await runTask(page, 'text', { endpoint })
    expect(text).toContain('NVDA')
    expect(site.asked.at(-1)?.headers).toMatchObject({
      'sec-fetch-site': 'same-origin',
      host: new URL(site.origin).host,
    })
  })

  test('over plain HTTP at a network address is answered after `publicOrigin` is set', async () => {
    const origin = `http://lan.test:${nginx.port}`
    await using page = await visit(browser, { origin })
    const { error } = await runTask(page, 'text', { endpoint })
    expect(error).toMatchObject({
      name: 'AuthenticationError',
      json: { status: 403, message: expect.stringContaining('`publicOrigin`') },
    })
    expect(site.asked.at(-1)?.headers).toMatchObject({ origin })
    expect(site.asked.at(-1)?.headers).not.toHaveProperty('sec-fetch-site')
    publicOrigin.push(origin)
    const { text = '' } = await runTask(page, 'text', { endpoint })
    expect(text).toContain('NVDA')
  })
})
