import { type ChildProcess, fork } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { end, endWithThisProcess } from '@vectrade/test-kit/end-with-this-process'

/** A program in a separate process. Its functions can be called: see {@link serveCalls}. */
export interface Program extends AsyncDisposable {
  /** Calls a function of the program. @throws Error if it throws or the program ends */
  call<T>(name: string, ...parameters: unknown[]): Promise<T>
  /** Ends it like a crash: it runs no more code, and its connections break. */
  kill(): Promise<void>
}

interface Call {
  id: number
  name: string
  parameters: unknown[]
}

type Reply = { id: number; value: unknown } | { id: number; error: string }

export async function startProgram(file: URL, ...parameters: string[]): Promise<Program> {
  // Vitest's own options are only for its workers.
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = fork(fileURLToPath(file), parameters, {
    execArgv: ['--conditions=@vectrade/source', '--expose-gc'],
    // Connections within this machine must not use the machine's proxy.
    env: { ...env, NODE_USE_ENV_PROXY: '0' },
  })
  endWithThisProcess(child)
  const program = new ForkedProgram(child)
  await program.call('ready')
  return program
}

class ForkedProgram implements Program {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #calls = 0

  constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (reply: Reply) => {
      const call = this.#waiting.get(reply.id)
      this.#waiting.delete(reply.id)
      if ('error' in reply) call?.reject(new Error(reply.error))
      else call?.resolve(reply.value)
    })
    child.on('exit', (code, signal) => {
      const error = new Error(`${child.spawnargs.at(-1)} ended (${code ?? signal})`)
      for (const { reject } of this.#waiting.values()) reject(error)
    })
  }

  call<T>(name: string, ...parameters: unknown[]): Promise<T> {
    const call = Promise.withResolvers<unknown>()
    this.#calls += 1
    this.#waiting.set(this.#calls, call)
    this.#child.send({ id: this.#calls, name, parameters } satisfies Call, (error) => {
      if (error) call.reject(error)
    })
    return call.promise as Promise<T>
  }

  kill(): Promise<void> {
    return end(this.#child)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }
}

/** In the program: answers the calls of the process that started it. */
export function serveCalls(functions: Record<string, (...parameters: never[]) => unknown>): void {
  const answer = async ({ id, name, parameters }: Call): Promise<Reply> => {
    try {
      const value = name === 'ready' ? true : await functions[name]?.(...(parameters as never[]))
      return { id, value }
    } catch (error) {
      return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
  }
  process.on('message', (call: Call) => {
    void answer(call).then((reply) => process.send?.(reply))
  })
}
