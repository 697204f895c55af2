import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { isDeepStrictEqual } from 'node:util'
import type { Proof } from '../proof.ts'
import { startOn } from '../run-on.ts'
import { type Runtime, runtimes } from '../runtimes.ts'
import { answers, serveAnswers } from './answers.ts'

const program = join(import.meta.dirname, 'programs/wait-and-read.ts')
const stopped = 'stopped'
const busyModes = ['a timer', 'an I/O callback', 'setImmediate']
/** ms for one run of the program, even on a busy machine. */
const longest = 120_000
/** ms, longer than any limit of the program's calls. */
const stoppedFor = 6000

interface Run {
  runtime: Runtime
  mode: string
}

/** Proves that a sound answer survives a program that is busy or stopped for longer than its limits. */
export const busy: Proof = {
  name: 'busy',
  promise:
    'No time limit ends an answer because the program was busy or stopped: what arrived meanwhile is read first',
  async run(form) {
    const repeats = form === 'short' ? 1 : 10
    const failures: string[] = []
    let runs = 0
    const playAll = async (all: Run[], atATime: number): Promise<void> => {
      const work = async (): Promise<void> => {
        for (let run = all.shift(); run !== undefined; run = all.shift()) {
          failures.push(...(await play(run)))
          runs += 1
        }
      }
      await Promise.all(Array.from({ length: atATime }, work))
    }
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      // Stopped programs use no core, so all run at once.
      await playAll(
        runtimes.map((runtime) => ({ runtime, mode: stopped })),
        runtimes.length,
      )
      const isTried = ({ runtime, mode }: Run): boolean =>
        form === 'long' || runtime === 'Node 24' || mode === busyModes[0]
      const all = runtimes.flatMap((runtime) => busyModes.map((mode) => ({ runtime, mode })))
      await playAll(all.filter(isTried), 2)
    }
    const calls = runs * Object.keys(answers).length
    return { figures: { runs, calls, 'answers lost': failures.length }, failures }
  },
}

async function play({ runtime, mode }: Run): Promise<string[]> {
  const { url, asked, server } = await serveAnswers()
  const child = startOn(runtime, { program, parameters: [url, mode] })
  child.stderr.pipe(process.stderr, { end: false })
  const patience = setTimeout(() => child.kill('SIGKILL'), longest)
  let last = '{}'
  const exit = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') {
      child.kill('SIGSTOP')
      setTimeout(() => child.kill('SIGCONT'), stoppedFor)
    } else {
      last = line
    }
  }
  await exit
  clearTimeout(patience)
  server.closeAllConnections()
  server.close()
  const outcomes = JSON.parse(last) as Record<string, unknown>
  const where = `${runtime}, ${mode === stopped ? mode : `busy in ${mode}`}`
  return Object.entries(answers).flatMap(([name, { expected }]) => {
    const requests = asked.get(name)
    const usual = name === 'resumed' ? 2 : 1
    const isSame = isDeepStrictEqual(outcomes[name], expected) && requests === usual
    return isSame ? [] : [`${where}: ${name}: ${String(outcomes[name])}, ${requests} requests`]
  })
}
