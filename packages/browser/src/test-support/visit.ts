import type { TestBrowser, TestPage } from '@vectrade/test-kit'
import type { Task, Told } from './perform.ts'

export const prompt = 'Bull case for NVDA, says nobody but this test?'

/** Opens a site's page, which may also connect to another origin. */
export async function visit(
  browser: TestBrowser,
  site: { origin: string },
  connect?: string,
): Promise<TestPage> {
  const page = await browser.newPage()
  await page.goto(`${site.origin}/${connect === undefined ? '' : `?connect=${connect}`}`)
  return page
}

/** Has a page do something, once unless told otherwise. */
export function told(
  page: TestPage,
  does: Task['does'],
  options: Task['options'],
  where: 'perform' | 'inWorker' = 'perform',
): Promise<Told> {
  const task: Task = { does, prompt, options }
  return page.evaluate(`return ${where}(${JSON.stringify(task)})`)
}
