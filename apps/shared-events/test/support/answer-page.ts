import { launchChromium, launchTimeout } from '@vectrade/test-kit'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'

/** ms for an action in a page, or a wait there. Playwright's default is too short for a busy machine. */
const patience = 100_000

/** The page in a browser, with what a reader sees and does. */
export class AnswerPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get answer(): Locator {
    return this.page.getByRole('region', { name: 'Answer' })
  }

  get problem(): Locator {
    return this.page.getByRole('alert')
  }

  async ask(question: string): Promise<void> {
    await this.page.getByLabel('Your question').fill(question)
    await this.page.getByRole('button', { name: 'Ask' }).click()
  }

  /** Waits until the status begins with these words. */
  async reach(status: string): Promise<void> {
    await this.page.getByRole('status').filter({ hasText: status }).waitFor()
  }

  /** Returns what the answer shows, one line for each part. A chart is its caption. */
  parts(): Promise<string[]> {
    return this.answer.locator(':scope > p, :scope > figure > figcaption').allTextContents()
  }
}

/**
 * Starts a browser for the tests of a file, and returns a function that opens a page. After each test, its pages are
 * closed, and must have reported no violation of the policy, no exception and no console error.
 */
export function useBrowser(): (url: string) => Promise<AnswerPage> {
  let browser: Browser | undefined
  const complaints: string[] = []
  beforeAll(async () => {
    browser = await launchChromium()
  }, launchTimeout)
  afterAll(() => browser?.close())
  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
    expect(complaints.splice(0)).toEqual([])
  })
  return async (url) => {
    const page = await browser?.newPage()
    if (page === undefined) throw new Error('The browser is not there')
    page.setDefaultTimeout(patience)
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (entry) => {
      if (['error', 'warning'].includes(entry.type())) complaints.push(entry.text())
    })
    await page.goto(url)
    return new AnswerPage(page)
  }
}
