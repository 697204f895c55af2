import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Sandbox } from '@vectrade/sandbox'

/** An origin whose pages may ask. */
export const origin = 'https://app.example.com'
/** The header of a caller that may ask. */
export const authorization = 'Bearer of-the-tests'

const dev = fileURLToPath(new URL('../start.ts', import.meta.url))

/** The program of `pnpm dev`, on a free port. */
export class DevServer implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #hasEnded = false
  #output = ''

  private constructor(variables: Record<string, string>) {
    const {
      FORCE_COLOR: _,
      VECTRADE_API_KEY: __,
      VECTRADE_BASE_URL: ___,
      VECTRADE_LIVE_URL: ____,
      ...env
    } = process.env
    const args = ['--port', '0', '--inspector-port', '0']
    this.#child = spawn(process.execPath, ['--conditions=@vectrade/source', dev, ...args], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...env, ...variables, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const pipe of [this.#child.stdout, this.#child.stderr]) {
      pipe?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
        this.#child.emit('output')
      })
    }
    this.#ended = once(this.#child, 'close').then(() => {
      this.#hasEnded = true
      this.#child.emit('output')
    })
  }

  /** Starts the server with a key, and with a sandbox of the test in place of VecTrade. */
  static with({ apiKey, url, liveURL }: Sandbox): Promise<DevServer> {
    return DevServer.start({
      VECTRADE_API_KEY: apiKey,
      VECTRADE_BASE_URL: url,
      VECTRADE_LIVE_URL: liveURL,
      ALLOWED_ORIGINS: `https://elsewhere.example.com ${origin}`,
      ACCESS_TOKEN: authorization.replace('Bearer ', ''),
    })
  }

  /** Starts the server, and resolves once it listens. */
  static async start(variables: Record<string, string> = {}): Promise<DevServer> {
    const server = new DevServer(variables)
    await server.url()
    return server
  }

  /** Waits for a line of its output. @throws Error if it ends before */
  async printed(line: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = line.exec(this.#output)
      if (found !== null) return found
      if (this.#hasEnded) throw new Error(`It ended: ${this.#output}`)
      await once(this.#child, 'output')
    }
  }

  async url(): Promise<string> {
    return (await this.printed(/Ready on (http:\S+)/))[1] ?? ''
  }

  async post(path: string, init: RequestInit = {}): Promise<Response> {
    const body = JSON.stringify({ prompt: 'Bull case for NVDA?' })
    return fetch(new URL(path, await this.url()), { method: 'POST', body, ...init })
  }

  /** Ends the server with SIGTERM, as a supervisor does, and waits for its children to end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM')
    await this.#ended
  }
}
