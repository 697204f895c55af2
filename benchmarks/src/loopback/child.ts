import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { conditions } from '../builds.ts'

/** A program in a process of its own, which sends messages. */
function start(program: URL, arguments_: string[]): ChildProcess {
  return fork(fileURLToPath(program), arguments_, {
    execArgv: [...conditions.map((condition) => `--conditions=${condition}`), '--expose-gc'],
    // The machine's proxy has no business between this machine and itself.
    env: { ...process.env, NODE_USE_ENV_PROXY: '0' },
  })
}

/** What it sends next. @throws when it ends without */
async function nextMessage(child: ChildProcess): Promise<unknown> {
  const nothing = (how: unknown): Error =>
    new Error(`${child.spawnargs.join(' ')} ended with ${String(how)} and no result`)
  const over = child.exitCode ?? child.signalCode
  if (over !== null) throw nothing(over)
  const ended = new AbortController()
  const { signal } = ended
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as unknown),
      once(child, 'exit', { signal }).then(([code, killedBy]) => {
        throw nothing(code ?? killedBy)
      }),
    ])
  } finally {
    ended.abort()
  }
}

/** A program in a process of its own that answers messages, one after the other. */
export class Program {
  readonly #child: ChildProcess

  constructor(child: ChildProcess) {
    this.#child = child
  }

  /** The next message that it sends. */
  next<T>(): Promise<T> {
    return nextMessage(this.#child) as Promise<T>
  }

  /** Sends a message. Returns the answer. */
  ask<T>(message: object): Promise<T> {
    const answer = this.next<T>()
    this.#child.send(message)
    return answer
  }
}

/** Runs a program for as long as `use` takes. */
export async function withProgram<T>(
  program: URL,
  arguments_: string[],
  use: (program: Program) => Promise<T>,
): Promise<T> {
  const child = start(program, arguments_)
  try {
    return await use(new Program(child))
  } finally {
    child.kill()
  }
}

/** A server in a process of its own, for as long as `use` takes. Gives its base URL. */
export function withServer<T>(use: (url: string) => Promise<T>): Promise<T> {
  return withProgram(new URL('./server.ts', import.meta.url), [], async (server) =>
    use(`http://127.0.0.1:${await server.next<number>()}`),
  )
}

/** Runs a client program to its one message. */
export function runClient<T>(program: URL, arguments_: string[]): Promise<T> {
  return withProgram(program, arguments_, (client) => client.next<T>())
}
