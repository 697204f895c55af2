// The script of the test's page and of its worker: see site.ts.
import { perform, type Task, type Told } from './perform.ts'
import { reading } from './reading.ts'

/** What is used of a page here, for the DOM's types clash with those of Node. */
interface Page {
  document?: object
  addEventListener(type: string, listener: (event: Violation & Message) => void): void
  postMessage(message: Task | Told, transfer: []): void
  Worker: new (url: string, options: object) => Page
}

interface Violation {
  effectiveDirective: string
  blockedURI: string
}

interface Message {
  data: Task & Told
}

const page = globalThis as unknown as Page

if (page.document === undefined) {
  page.addEventListener('message', async ({ data }) => {
    const told = await perform(data)
    // As between page and test: what an error's `toJSON` gives.
    page.postMessage(JSON.parse(JSON.stringify(told)) as Told, [])
  })
}

const violations: string[] = []
page.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
  violations.push(`${effectiveDirective} ${blockedURI}`)
})

function inWorker(task: Task): Promise<Told> {
  const worker = new page.Worker('/page.js', { type: 'module' })
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => resolve(data))
    worker.addEventListener('error', () => reject(new Error('The worker failed')))
    worker.postMessage(task, [])
  })
}

Object.assign(globalThis, { perform, inWorker, reading, violations })
