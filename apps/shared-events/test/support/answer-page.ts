import { usePages } from '@vectrade/test-kit/use-pages'
import type { Locator, Page } from 'playwright-core'

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

/** Returns a function that opens a page. Call it once in a file of tests. */
export function useBrowser(): (url: string) => Promise<AnswerPage> {
  const open = usePages()
  return async (url) => new AnswerPage((await open(url)).page)
}
