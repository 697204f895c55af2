import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launchChromium } from './chromium.ts'
import { launchTimeout } from './launch-browser.ts'

/** A page that a test has opened. */
export interface OpenedPage {
  page: Page
  /** Exceptions, and errors and warnings on the console. After the test, there must be none. */
  complaints: string[]
}

/** Opens an address in a page with storage of its own. */
export type OpenPage = (url: string, options?: BrowserContextOptions) => Promise<OpenedPage>

/** ms for an action in a page, or a wait there. Playwright's default is too short for a busy machine. */
const patience = 100_000

/**
 * Launches Chromium for the tests of a file, and returns a function that opens pages. After each test, its pages are
 * closed, and must have reported no violation of a policy, no exception, and no error or warning on the console.
 */
export function usePages(): OpenPage {
  let browser: Browser | undefined
  const opened: OpenedPage[] = []
  beforeAll(async () => {
    browser = await launchChromium()
  }, launchTimeout)
  afterAll(() => browser?.close())
  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
    expect(opened.splice(0).flatMap(({ complaints }) => complaints)).toEqual([])
  })
  return async (url, options) => {
    const context = await browser?.newContext(options)
    if (context === undefined) throw new Error('The browser is not there')
    const page = await context.newPage()
    const complaints: string[] = []
    opened.push({ page, complaints })
    page.setDefaultTimeout(patience)
    // Listen on the context, because a test may open further pages in it.
    context.on('weberror', (thrown) => complaints.push(String(thrown.error())))
    context.on('console', (entry) => {
      if (entry.type() !== 'error' && entry.type() !== 'warning') return
      // Chromium reports this for every error status, even if a test expects it.
      if (!entry.text().startsWith('Failed to load resource')) complaints.push(entry.text())
    })
    await page.goto(url)
    return { page, complaints }
  }
}
