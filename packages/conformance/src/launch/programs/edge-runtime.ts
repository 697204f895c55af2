// Runs the suite in Vercel's edge runtime. It has a process of its own, because some cases keep their process busy for
// seconds, and the lab must answer the other runtimes in this time.
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { EdgeVM } from '@edge-runtime/vm'

const [, , suite = ''] = process.argv
const { LAB_URL, RUNTIME } = process.env
const vm = new EdgeVM({
  extend: (context) => Object.assign(context, { variables: { LAB_URL, RUNTIME } }),
  initialCode: await readFile(suite, 'utf8'),
})
await vm.evaluate<Promise<void>>('suite.run()')
