import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { isDeepStrictEqual } from 'node:util'
import { endWithThisProcess } from '@vectrade/test-kit/end-with-this-process'
import { build } from 'esbuild'
import type { Proof } from '../proof.ts'
import { answers, serveAnswers } from './answers.ts'

const bin = join(import.meta.dirname, '../../node_modules')
const runtimes: Readonly<Record<string, readonly string[]>> = {
  'Node 22': [join(bin, 'node22/bin/node')],
  'Node 24': [join(bin, 'node24/bin/node')],
  'Node 26': [join(bin, 'node26/bin/node')],
  Bun: [join(bin, '.bin/bun')],
  Deno: [join(bin, '.bin/deno'), 'run', '--allow-net', '--allow-env', '--no-lock'],
}
const stopped = 'stopped'
const busyModes = ['a timer', 'an I/O callback', 'setImmediate']
/** ms for one run of the program, even on a busy machine. */
const longest = 120_000
/** ms, longer than any limit of the program's calls. */
const stoppedFor = 6000

interface Run {
  runtime: string
  mode: string
}

/** Proves that a sound answer survives a program that is busy or stopped for longer than its limits. */
export const busy: Proof = {
  name: 'busy',
  promise:
    'No time limit ends an answer because the program was busy or stopped: what came meanwhile is read first',
  async run(form) {
    const repeats = form === 'short' ? 1 : 10
    const folder = await mkdtemp(join(tmpdir(), 'vectrade-busy-'))
    const failures: string[] = []
    let runs = 0
    try {
      const program = join(folder, 'program.mjs')
      await writeFile(program, await bundle())
      const playAll = async (all: Run[], atATime: number): Promise<void> => {
        const work = async (): Promise<void> => {
          for (let run = all.shift(); run !== undefined; run = all.shift()) {
            failures.push(...(await play(program, run)))
            runs += 1
          }
        }
        await Promise.all(Array.from({ length: atATime }, work))
      }
      for (let repeat = 0; repeat < repeats; repeat += 1) {
        const names = Object.keys(runtimes)
        // Stopped programs use no core, so all run at once.
        await playAll(
          names.map((runtime) => ({ runtime, mode: stopped })),
          names.length,
        )
        const isTried = (runtime: string, mode: string): boolean =>
          form === 'long' || runtime === 'Node 24' || mode === busyModes[0]
        const all = names.flatMap((runtime) => busyModes.map((mode) => ({ runtime, mode })))
        await playAll(
          all.filter(({ runtime, mode }) => isTried(runtime, mode)),
          2,
        )
      }
    } finally {
      await rm(folder, { recursive: true })
    }
    const calls = runs * Object.keys(answers).length
    return { figures: { runs, calls, 'answers lost': failures.length }, failures }
  },
}

async function play(program: string, { runtime, mode }: Run): Promise<string[]> {
  const { url, asked, server } = await serveAnswers()
  const [file = '', ...flags] = runtimes[runtime] ?? []
  const child = spawn(file, [...flags, program, url, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  endWithThisProcess(child)
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

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'programs/wait-and-read.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['node:*'],
    conditions: ['@vectrade/source'],
  })
  return outputFiles[0]?.text ?? ''
}
