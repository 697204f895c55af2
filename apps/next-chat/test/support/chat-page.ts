import { usePages } from '@vectrade/test-kit/use-pages'
import type { Locator, Page } from 'playwright-core'

/** A page of the app, with what a reader sees and does. */
export class ChatPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get answer(): Locator {
    return this.page.getByRole('article')
  }

  get sources(): Locator {
    return this.page.getByRole('list', { name: 'Sources' }).getByRole('link')
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name })
  }

  async ask(question: string): Promise<void> {
    await this.page.getByLabel('Your question').fill(question)
    await this.button('Ask').click()
  }

  /** Waits until the status contains these words. */
  async reach(status: string): Promise<void> {
    await this.page.getByRole('status').filter({ hasText: status }).waitFor()
  }
}

/** Returns a function that opens a page. Call it once in a file of tests. */
export function useChat(): (url: string) => Promise<ChatPage> {
  const open = usePages()
  return async (url) => new ChatPage((await open(url)).page)
}
