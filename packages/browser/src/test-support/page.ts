// The script of the test's page and of the page's worker. See site.ts.
import { perform, type Task, type TaskResult } from './perform.ts'
import { reading } from './reading.ts'

/** The part of a page that is used here. The DOM's own types clash with Node's types. */
interface Page {
  document?: object
  addEventListener(type: string, listener: (event: Violation & Message) => void): void
  postMessage(message: Task | TaskResult, transfer: []): void
  Worker: new (url: string, options: object) => Page
}

interface Violation {
  effectiveDirective: string
  blockedURI: string
}

interface Message {
  data: Task & TaskResult
}

const page = globalThis as unknown as Page

if (page.document === undefined) {
  page.addEventListener('message', async ({ data }) => {
    const result = await perform(data)
    // Sends JSON, as between page and test, so that errors are converted by their `toJSON`.
    page.postMessage(JSON.parse(JSON.stringify(result)) as TaskResult, [])
  })
}

const violations: string[] = []
page.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
  violations.push(`${effectiveDirective} ${blockedURI}`)
})

function inWorker(task: Task): Promise<TaskResult> {
  const worker = new page.Worker('/page.js', { type: 'module' })
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => resolve(data))
    worker.addEventListener('error', () => reject(new Error('The worker failed')))
    worker.postMessage(task, [])
  })
}

Object.assign(globalThis, { perform, inWorker, reading, violations })
