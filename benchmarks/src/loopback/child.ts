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

/** What it sends first. @throws when it ends without */
async function firstMessage(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController()
  const { signal } = ended
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as unknown),
      once(child, 'exit', { signal }).then(([code, killedBy]) => {
        const how = String(code ?? killedBy)
        throw new Error(`${child.spawnargs.join(' ')} ended with ${how} and no result`)
      }),
    ])
  } finally {
    ended.abort()
  }
}

/** A server in a process of its own, for as long as `use` takes. Gives its base URL. */
export async function withServer<T>(use: (url: string) => Promise<T>): Promise<T> {
  const server = start(new URL('./server.ts', import.meta.url), [])
  try {
    return await use(`http://127.0.0.1:${Number(await firstMessage(server))}`)
  } finally {
    server.kill()
  }
}

/** Runs a client program to its one message. */
export async function runClient<T>(program: URL, arguments_: string[]): Promise<T> {
  const client = start(program, arguments_)
  try {
    return (await firstMessage(client)) as T
  } finally {
    client.kill()
  }
}
