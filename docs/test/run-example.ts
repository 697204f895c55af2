import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** The environment an example reads. */
export interface Access {
  url: string
  apiKey: string
}

export interface Ended {
  stdout: string
  stderr: string
  /** The exit code, or the name of the signal. */
  exit: number | string
}

type Preload = 'assert-value' | 'any-port' | 'sdk-is-node'

const preloadFiles: Record<Preload, URL> = {
  'assert-value': new URL('./preload/assert-value.ts', import.meta.url),
  'any-port': new URL('./preload/any-port.ts', import.meta.url),
  'sdk-is-node': new URL('./preload/sdk-is-node.ts', import.meta.url),
}

/** Runs a file as a program of its own, from the sources of the packages. Its arguments may be Node's. */
export class RunningExample {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess

  /** Without access it has neither key nor address. */
  constructor(access: Access | undefined, preloads: readonly Preload[], args: readonly string[]) {
    const imports = preloads.map((name) => `--import=${preloadFiles[name].href}`)
    // Colours would be among what it prints, and a key of the tester's own is not for examples.
    const { FORCE_COLOR: _, VECTRADE_API_KEY: __, VECTRADE_BASE_URL: ___, ...env } = process.env
    this.#child = spawn(process.execPath, ['--conditions=@vectrade/source', ...imports, ...args], {
      env: {
        ...env,
        ...(access && { VECTRADE_BASE_URL: access.url, VECTRADE_API_KEY: access.apiKey }),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      timeout: 15_000,
    })
    this.ended = this.#end()
  }

  /** Resolves with where its server listens. @throws Error when it ends before */
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
