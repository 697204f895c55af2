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

/** ms for a hook that starts Redis. A missing Redis is installed first. */
export const startTimeout = 300_000

const program = {
  title: 'Redis',
  variable: 'VECTRADE_REDIS',
  commands: ['redis-server'],
  debianPackage: 'redis-server',
}

/**
 * A Redis that belongs to one test. It listens on a socket in a new folder, so no other program can
 * use it.
 */
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

  /** The path of the socket to which clients connect. */
  get path(): string {
    return join(this.#folder, 'socket')
  }

  /** Returns a connected client. It is closed with the server. */
  async connect(): Promise<Client> {
    const client = createClient({ socket: { path: this.path, tls: false } })
    this.#clients.push(client)
    // Tests stop the server on purpose.
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

  /** Ends the server like a crash. It can be started again. */
  async kill(): Promise<void> {
    if (this.#process) await end(this.#process)
  }

  /** Stops the server: it neither answers nor closes connections until it is continued. */
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
