import { join } from 'node:path'
import type { Form, Outcome, Proof } from '../proof.ts'
import { type Ran, runOn } from '../run-on.ts'
import { type Runtime, runtimes } from '../runtimes.ts'
import { marksIn } from './marks.ts'
import { readReport } from './report.ts'
import { situations } from './situations.ts'

/** The names of situations, one for each class of error. Programs die of these errors. */
const deaths = [
  '400, documented',
  '401, gateway',
  '429, flat',
  '502, page',
  'in a stream: problem, marked by a type, later',
  'in a stream: data that is not JSON after 1 events',
  'in a stream: FIN after 2 events',
  'bytes that are not HTTP instead of an answer',
  'heartbeatTimeout of a stream',
  '307 to 0',
  'cookie of a call, quoted 1',
  'aborted with a reason',
  'a stream read twice',
  'option headers with a line break',
  'resumed after a cut: 404',
]

export const canaries: Proof = {
  name: 'canaries',
  promise: 'No printed error contains a key, a credential, a prompt or a payload',
  async run(form) {
    const outcomes = [await print(form), await die(form), await redirect()]
    return {
      figures: Object.assign({}, ...outcomes.map(({ figures }) => figures)),
      failures: outcomes.flatMap(({ failures }) => failures),
    }
  },
}

async function print(form: Form): Promise<Outcome> {
  let printed = 0
  const failures: string[] = []
  const tried: readonly Runtime[] = form === 'short' ? ['Node 24'] : runtimes
  for (const runtime of tried) {
    const { stdout, stderr } = await run(runtime, 'situations')
    const report = readReport(stdout)
    const found = report.found as { printed: number; leaks: string[] }
    printed += found.printed
    const leaks = [...found.leaks, ...leaksOf(report.printed), ...leaksOf(stderr)]
    failures.push(...leaks.map((leak) => `${runtime}: ${leak}`))
  }
  return {
    figures: {
      situations: situations.length,
      runtimes: tried.join(', '),
      'texts printed': printed,
    },
    failures,
  }
}

/** Returns the marks on the console, with the situation that printed them. */
function leaksOf(output: string): string[] {
  return output.split('\n@@ ').flatMap((part) => {
    const [name] = part.split('\n', 1)
    return marksIn(part).map((mark) => `${name}, on the console: ${mark}`)
  })
}

async function die(form: Form): Promise<Outcome> {
  const tried: readonly Runtime[] = form === 'short' ? ['Node 24'] : ['Node 24', 'Bun', 'Deno']
  // A program also dies if it does not know its situation.
  const unknown = deaths.filter((death) => situations.every(({ name }) => name !== death))
  const failures = unknown.map((name) => `there is no situation ${name}`)
  for (const runtime of tried) {
    // Two at a time, as there are cores.
    for (let at = 0; at < deaths.length; at += 2) {
      const pair = deaths.slice(at, at + 2).map((name) => dieOf(runtime, name))
      failures.push(...(await Promise.all(pair)).flat())
    }
  }
  return { figures: { 'uncaught errors': tried.length * deaths.length }, failures }
}

async function dieOf(runtime: Runtime, name: string): Promise<string[]> {
  const { code, stdout, stderr } = await run(runtime, 'crash', name)
  const where = `${runtime} dying of ${name}`
  if (code === 0 || !/Error/.test(stderr)) return [`${where}: it did not die`]
  return marksIn(stdout + stderr).map((mark) => `${where}: ${mark}`)
}

async function redirect(): Promise<Outcome> {
  let redirects = 0
  const failures: string[] = []
  for (const runtime of runtimes) {
    const { found } = readReport((await run(runtime, 'redirects')).stdout)
    const report = found as { redirects: number; failures: string[] }
    redirects += report.redirects
    failures.push(...report.failures.map((failure) => `${runtime}: ${failure}`))
  }
  return { figures: { redirects, 'runtimes that redirect': runtimes.join(', ') }, failures }
}

/** @param name of a file in `programs` */
function run(runtime: Runtime, name: string, ...parameters: string[]): Promise<Ran> {
  return runOn(runtime, { program: join(import.meta.dirname, `programs/${name}.ts`), parameters })
}
