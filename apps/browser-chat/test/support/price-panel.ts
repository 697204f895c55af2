import type { Locator } from 'playwright-core'
import { expect } from 'vitest'
import type { Chat } from './chat-browser.ts'

/** The panel of live prices, with what a reader sees there. */
export interface PricesShown {
  panel: Locator
  row: (symbol: string) => Locator
  price: (symbol: string) => Locator
  change: (symbol: string) => Locator
  symbols: () => Promise<string[]>
  /** Waits for a status. */
  status: (words: string) => Promise<void>
}

export function pricesOf({ page }: Chat): PricesShown {
  const panel = page.getByRole('complementary', { name: 'Live prices' })
  const row = (symbol: string): Locator => panel.getByRole('listitem').filter({ hasText: symbol })
  return {
    panel,
    row,
    price: (symbol) => row(symbol).locator('[data-part=price]'),
    change: (symbol) => row(symbol).locator('.change'),
    symbols: () => panel.locator('[data-part=symbol]').allTextContents(),
    status: (words) => panel.getByRole('status').getByText(words, { exact: true }).waitFor(),
  }
}

/** Waits until a price is another one than it was. */
export async function changes(chat: Chat, symbol: string): Promise<void> {
  const { price } = pricesOf(chat)
  const before = await price(symbol).textContent()
  await expect.poll(() => price(symbol).textContent()).not.toBe(before)
}

/** Counts the changes of the first price, in `changedAt`. */
export const countChanges = `
  globalThis.changedAt = []
  new MutationObserver(() => changedAt.push(performance.now())).observe(
    document.querySelector('[data-part=price]'), { childList: true, subtree: true, characterData: true })`
