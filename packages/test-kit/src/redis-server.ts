import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { end, endWithThisProcess } from './end-with-this-process.ts'
import { findProgram } from './find-program.ts'
import { createClient, type RedisClientType } from 'redis'

export type Client = RedisClientType

/** ms for a hook that starts a server: a missing one is installed first. */
export const startTimeout = 300_000

const program = {
  title: 'Redis',
  variable: 'VECTRADE_REDIS',
  commands: ['redis-server'],
  debianPackage: 'redis-server',
}

/** A Redis of a test's own, in a folder of its own, on a socket there: no port can be another's. */
export class RedisServer implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'vectrade-redis-'))
  readonly #options: readonly string[]
  readonly #clients: Client[] = []
  #process: ChildProcess | undefined

  private constructor(options: readonly string[]) {
    this.#options = options
  }

  /** @param options as on the command line of `redis-server` */
  static async start(...options: string[]): Promise<RedisServer> {
    const server = new RedisServer(options)
    await server.start()
    return server
  }

  /** Where clients connect to. */
  get path(): string {
    return join(this.#folder, 'socket')
  }

  /** A connected client, closed with the server. */
  async connect(): Promise<Client> {
    const client = createClient({ socket: { path: this.path, tls: false } })
    this.#clients.push(client)
    // Servers that go away are what tests are about.
    client.on('error', () => {})
    await client.connect()
    return client
  }

  async start(): Promise<void> {
    const where = ['--port', '0', '--unixsocket', this.path, '--dir', this.#folder]
    const args = [...where, '--save', '', ...this.#options]
    const server = spawn(await findProgram(program), args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#process = server
    endWithThisProcess(server)
    const lines: string[] = []
    const ended = once(server, 'exit')
    const output = createInterface(server.stdout)
    const ready = new Promise<boolean>((resolve) => {
      output.on('line', (line) => {
        lines.push(line)
        if (line.includes('eady to accept connections')) resolve(true)
      })
    })
    if (!(await Promise.race([ready, ended.then(() => false)]))) {
      throw new Error(`redis-server did not start:\n${lines.join('\n')}`)
    }
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    if (this.#process) await end(this.#process)
  }

  /** Neither answers nor closes connections until it is continued. */
  pause(): void {
    this.#process?.kill('SIGSTOP')
  }

  continue(): void {
    this.#process?.kill('SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.destroy()
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
