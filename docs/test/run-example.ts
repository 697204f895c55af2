import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** The addresses and the key that an example reads from its environment. */
export interface Access {
  url: string
  liveURL: string
  apiKey: string
  /** The address of a model, for the examples that ask one. */
  modelURL?: string | undefined
  /** More variables, which replace those above. */
  variables?: Readonly<Record<string, string>> | undefined
}

export interface Ended {
  stdout: string
  stderr: string
  /** The exit code, or the name of the signal. */
  exit: number | string
}

type Preload = 'page' | 'lambda' | 'assert-value' | 'any-port'

const preloadFiles: Record<Preload, URL> = {
  page: new URL('./preload/page.ts', import.meta.url),
  lambda: new URL('./preload/lambda.ts', import.meta.url),
  'assert-value': new URL('./preload/assert-value.ts', import.meta.url),
  'any-port': new URL('./preload/any-port.ts', import.meta.url),
}

const require = createRequire(import.meta.url)
const deno = require('deno/install_api.cjs') as { runInstall(): string }
const bun = fileURLToPath(new URL('../node_modules/.bin/bun', import.meta.url))

/** Returns the command that runs a file, in the runtime for which it is written. */
function commandOf(
  file: string,
  preloads: readonly Preload[],
  certificate: string | undefined,
): [string, ...string[]] {
  const urls = preloads.map((name) => preloadFiles[name].href)
  const code = readFileSync(file, 'utf8')
  if (code.includes("from '@vectrade/deno'")) {
    // The permissions on the page, and those of the preloads.
    const allowed = ['--allow-env', '--allow-net=127.0.0.1', '--unstable-no-legacy-abort']
    if (certificate !== undefined) allowed.push(`--allow-read=${dirname(certificate)}`)
    return [deno.runInstall(), 'run', ...allowed, ...urls.map((url) => `--preload=${url}`)]
  }
  if (code.includes('// bun run ')) {
    return [bun, ...urls.map((url) => `--preload=${fileURLToPath(url)}`)]
  }
  return [process.execPath, ...urls.map((url) => `--import=${url}`)]
}

/** Runs a file as its own program, from the sources of the packages. The arguments may include Node's. */
export class RunningExample {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess

  /** @param access the addresses and the key; without it, the program has none of them */
  constructor(access: Access | undefined, preloads: readonly Preload[], args: readonly string[]) {
    const [command, ...flags] = commandOf(
      args.at(0) ?? '',
      preloads,
      access?.variables?.['SERVER_CA'],
    )
    // Colors would change the output, and an example must not get the tester's own key.
    const {
      FORCE_COLOR: _,
      VECTRADE_API_KEY: __,
      VECTRADE_BASE_URL: ___,
      VECTRADE_LIVE_URL: ____,
      ...env
    } = process.env
    this.#child = spawn(command, [...flags, '--conditions=@vectrade/source', ...args], {
      env: {
        ...env,
        ...(access && {
          VECTRADE_BASE_URL: access.url,
          VECTRADE_LIVE_URL: access.liveURL,
          VECTRADE_API_KEY: access.apiKey,
          ...(access.modelURL !== undefined && { MODEL_URL: access.modelURL }),
          ...access.variables,
        }),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      timeout: 150_000,
    })
    this.ended = this.#end()
  }

  /** Resolves with the address on which its server listens. @throws Error if it ends before */
  async listening(): Promise<string> {
    const left = this.ended.then(({ exit, stderr }): never => {
      throw new Error(`It ended (${exit}) and did not listen: ${stderr}`)
    })
    const [address] = (await Promise.race([once(this.#child, 'message'), left])) as [AddressInfo]
    const host = address.family === 'IPv6' ? '[::1]' : '127.0.0.1'
    return `http://${host}:${address.port}`
  }

  stop(): void {
    this.#child.kill('SIGTERM')
  }

  async #end(): Promise<Ended> {
    const { stdout, stderr } = this.#child
    if (stdout === null || stderr === null) throw new Error('There are no pipes')
    const [out, err, [code, signal]] = await Promise.all([
      text(stdout),
      text(stderr),
      once(this.#child, 'close') as Promise<[number | null, string | null]>,
    ])
    return { stdout: out, stderr: err, exit: code ?? signal ?? 'unknown' }
  }
}
