import { launchChromium, launchTimeout } from '@vectrade/test-kit'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'

/** ms for an action in a page, or a wait there. Playwright's default is too short for a busy machine. */
const patience = 100_000

/** The page in a browser, with what a reader sees and does. */
export class Chat {
  readonly page: Page
  /** Exceptions, and errors and warnings on the console. None are expected. */
  readonly complaints: string[] = []

  constructor(page: Page) {
    this.page = page
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('console', (entry) => {
      if (entry.type() !== 'error' && entry.type() !== 'warning') return
      // Chromium reports this for every error status, even if a test expects it.
      if (!entry.text().startsWith('Failed to load resource')) this.complaints.push(entry.text())
    })
  }

  get prompt(): Locator {
    return this.page.getByLabel('Your question')
  }

  /** The last question with its answer. */
  get turn(): Locator {
    return this.page.getByRole('article').last()
  }

  /** The text of the last answer. */
  get answer(): Locator {
    return this.turn.locator('[data-part=answer]')
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  async ask(question: string): Promise<void> {
    await this.prompt.fill(question)
    await this.prompt.press('Enter')
  }

  /** Waits until the last answer is in a phase. */
  async reach(phase: 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed'): Promise<void> {
    await this.page.locator(`article:last-child[data-phase=${phase}]`).waitFor()
  }
}

/**
 * Starts a browser for the tests of a file, and returns a function that opens a page. After each test, the
 * pages are closed, and must have reported no violation of the policy, no exception and no console error.
 */
export function useBrowser(): (url: string, options?: BrowserContextOptions) => Promise<Chat> {
  let browser: Browser | undefined
  const chats: Chat[] = []
  beforeAll(async () => {
    browser = await launchChromium()
  }, launchTimeout)
  afterAll(() => browser?.close())
  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
    expect(chats.splice(0).flatMap(({ complaints }) => complaints)).toEqual([])
  })
  return async (url, options) => {
    const context = await browser?.newContext(options)
    if (context === undefined) throw new Error('The browser is not there')
    const chat = new Chat(await context.newPage())
    chats.push(chat)
    chat.page.setDefaultTimeout(patience)
    await chat.page.goto(url)
    return chat
  }
}
