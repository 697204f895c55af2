import { formatFault, type Sandbox, startSandbox } from '@vectrade/sandbox'
import {
  browserNames,
  expectWithinASecond,
  lastRequest,
  launchBrowser,
  launchTimeout,
  type TestBrowser,
} from '@vectrade/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Site, startSite } from '../test-support/site.ts'
import { runTask, visit } from '../test-support/visit.ts'

describe.for(browserNames)('the request to VecTrade ends, in %s,', (name) => {
  let sandbox: Sandbox
  let site: Site
  let browser: TestBrowser
  beforeAll(async () => {
    sandbox = await startSandbox({ heartbeat: 0 })
    site = await startSite(sandbox)
    browser = await launchBrowser(name)
  }, launchTimeout)
  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await site[Symbol.asyncDispose]()
    await sandbox.close()
  })

  const expectStop = (): Promise<void> =>
    expectWithinASecond(() => lastRequest(sandbox).closed === 'client')

  describe.for([{ stallAfterEvents: 2 }, { tokensPerSecond: 20 }])('with %o,', (fault) => {
    const endpoint = `/api/analyze?fault=${encodeURIComponent(formatFault(fault))}`

    test.for(['break', 'cancel'] as const)('on %s', async (how) => {
      await using page = await visit(browser, site)
      expect(await runTask(page, how, { endpoint })).toMatchObject({ events: [{ type: 'text' }] })
      await expectStop()
    })

    test.for(['abort', 'close'] as const)('on %s, and the reader gets an error', async (how) => {
      await using page = await visit(browser, site)
      expect(await runTask(page, how, { endpoint })).toMatchObject({
        error: {
          name: 'RequestAbortedError',
          isVecTradeError: true,
          // More text may have arrived together with the first.
          partial: { text: expect.stringMatching(/^##/) },
        },
      })
      await expectStop()
    })

    test('when the page navigates away', async () => {
      await using page = await visit(browser, site)
      await runTask(page, 'hold', { endpoint })
      expect(lastRequest(sandbox).closed).toBeUndefined()
      await page.goto('about:blank')
      await expectStop()
    })

    test.for(['perform', 'inWorker'] as const)('when the page is closed, %s', async (where) => {
      {
        await using page = await visit(browser, site)
        await runTask(page, 'hold', { endpoint }, where)
        expect(lastRequest(sandbox).closed).toBeUndefined()
      }
      await expectStop()
    })
  })
})
