import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Sandbox } from '@vectrade/sandbox'

const installation = createRequire(import.meta.url)('deno/install_api.cjs') as {
  runInstall(): string
}
// Deno's own binary. Signals to the script that npm links would not reach it.
const deno = installation.runInstall()

/** The folder of this package. */
export const home: string = join(import.meta.dirname, '../..')

/** A flag that makes imports lead to the packages' sources. */
export const fromSources = '--conditions=@vectrade/source'

export interface DenoOptions {
  /** Default: the folder of this package. */
  cwd?: string
  /** Variables that are added to the environment, from which VecTrade's own are removed. */
  env?: Record<string, string>
}

export type RunningDeno = ChildProcessByStdio<null, Readable, Readable>

/** Starts Deno without a terminal, so that it cannot ask for permissions. */
export function startDeno(args: readonly string[], options: DenoOptions = {}): RunningDeno {
  const {
    FORCE_COLOR: _,
    VECTRADE_API_KEY: __,
    VECTRADE_BASE_URL: ___,
    VECTRADE_LIVE_URL: ____,
    ...env
  } = process.env
  return spawn(deno, args, {
    cwd: options.cwd ?? home,
    env: { ...env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

export async function runDeno(
  args: readonly string[],
  options?: DenoOptions,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = startDeno(args, options)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr }
}

/** Returns the variables that a client needs to reach the sandbox. */
export function access({ url, apiKey }: Sandbox): Record<string, string> {
  return { VECTRADE_BASE_URL: url, VECTRADE_API_KEY: apiKey }
}
