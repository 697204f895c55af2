import type { TestBrowser, TestPage } from '@vectrade/test-kit'
import type { Task, TaskResult } from './perform.ts'

export const prompt = 'Bull case for NVDA, as only this test asks?'

/** Opens a site's page. Its policy allows connections to `connect`, too. */
export async function visit(
  browser: TestBrowser,
  site: { origin: string },
  connect?: string,
): Promise<TestPage> {
  const page = await browser.newPage()
  await page.goto(`${site.origin}/${connect === undefined ? '' : `?connect=${connect}`}`)
  return page
}

/** Runs a task in a page, or in a worker of it. */
export function runTask(
  page: TestPage,
  does: Task['does'],
  options: Task['options'],
  where: 'perform' | 'inWorker' = 'perform',
): Promise<TaskResult> {
  const task: Task = { does, prompt, options }
  return page.evaluate(`return ${where}(${JSON.stringify(task)})`)
}
