import type { AnalysisStatus } from '@vectrade/browser'
import { type OpenedPage, usePages } from '@vectrade/test-kit/use-pages'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'

/** The page in a browser, with what a reader sees and does. */
export class Chat {
  readonly page: Page
  /** Exceptions, and errors and warnings on the console. None are expected. */
  readonly complaints: string[]

  constructor({ page, complaints }: OpenedPage) {
    this.page = page
    this.complaints = complaints
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

  /** Waits until the last answer has a status. */
  async reach(status: Exclude<AnalysisStatus, 'idle'>): Promise<void> {
    await this.page.locator(`article:last-child[data-status=${status}]`).waitFor()
  }
}

/** Returns a function that opens a page. Call it once in a file of tests. */
export function useBrowser(): (url: string, options?: BrowserContextOptions) => Promise<Chat> {
  const open = usePages()
  return async (url, options) => new Chat(await open(url, options))
}
