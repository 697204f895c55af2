import process from 'node:process'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

/** The runtimes that programs run on. */
export type Runtime = 'Node 22' | 'Node 24' | 'Node 26' | 'Bun' | 'Deno'

const root = join(import.meta.dirname, '../..')

const commands: Record<Runtime, readonly string[]> = {
  'Node 22': [join(root, 'node_modules/node22/bin/node')],
  'Node 24': [join(root, 'node_modules/node24/bin/node')],
  'Node 26': [join(root, 'node_modules/node26/bin/node')],
  Bun: [join(root, 'node_modules/.bin/bun')],
  Deno: [join(root, 'node_modules/.bin/deno'), 'run', '--no-check', '--no-lock', '--allow-all'],
}

/** The exit code and the output of a program. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A program in one file, which every runtime can run. */
export interface Program extends AsyncDisposable {
  run(runtime: Runtime, ...args: string[]): Promise<Ran>
}

/** @param name of a file in `programs` */
export async function bundleProgram(name: string): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'canaries-'))
  const file = join(folder, `${name}.mjs`)
  await build({
    entryPoints: [join(import.meta.dirname, 'programs', `${name}.ts`)],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2024',
    conditions: ['@vectrade/source'],
    logLevel: 'error',
  })
  return {
    run: (runtime, ...args) => run([...commands[runtime], file, ...args]),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

async function run([command = '', ...args]: readonly string[]): Promise<Ran> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment() })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  return { code, ...output }
}

/** Returns the environment without variables for colored output and for loading packages. */
function environment(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, NODE_OPTIONS: __, ...others } = process.env
  return { ...others, NO_COLOR: '1' }
}
