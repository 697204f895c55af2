import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { conditions, folder } from '../builds.ts'
import { interleave } from '../measure.ts'
import { median, type Suite } from '../suite.ts'

const table = 'import in a fresh process'
const run = promisify(execFile)

/** Taken inside the process, so that Node's own start is not part of it. */
async function importOnce(name: string, exported: string): Promise<number> {
  const code = `
    const start = performance.now()
    const module = await import('${name}')
    const time = performance.now() - start
    if (typeof module['${exported}'] !== 'function') throw new Error('${name} has no ${exported}')
    process.stdout.write(String(time))`
  const options = conditions.map((condition) => `--conditions=${condition}`)
  const { stdout } = await run(
    process.execPath,
    [...options, '--input-type=module', '--eval', code],
    { cwd: folder },
  )
  return Number(stdout)
}

const modules = {
  '@vectrade/node': 'VecTrade',
  openai: 'OpenAI',
  '@anthropic-ai/sdk': 'Anthropic',
  ai: 'streamText',
}

export const importTime: Suite = {
  name: 'import-time',
  what: 'await import() in a process that has imported nothing else',
  goals: [
    {
      what: 'import of @vectrade/node',
      measured: median(table, '@vectrade/node'),
      atMost: 12,
      unit: 'ms',
    },
  ],
  run(form) {
    return interleave(
      Object.entries(modules).map(([name, exported]) => ({
        name,
        sample: () => importOnce(name, exported),
      })),
      { table, unit: 'ms', rounds: form === 'long' ? 20 : 1 },
    )
  },
}
