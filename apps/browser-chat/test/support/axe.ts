import axe from 'axe-core'
import type { Chat } from './chat-browser.ts'

/** Returns the problems that axe finds in the page. */
export async function violationsOf({ page }: Chat): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()')
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}
