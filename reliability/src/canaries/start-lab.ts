import { inspect } from 'node:util'
import { startHostileServer } from './hostile-server.ts'
import { marks } from './marks.ts'
import type { Lab } from './situation.ts'

/** A lab that also records the log. */
export interface RunningLab extends Lab, AsyncDisposable {
  readonly lines: string[]
}

export async function startLab(): Promise<RunningLab> {
  const { VecTrade } =
    'Deno' in globalThis ? await import('@vectrade/deno') : await import('@vectrade/node')
  // The lab has no event types of its own, so the two are the same.
  const Client = VecTrade as Lab['Client']
  const server = await startHostileServer()
  const lines: string[] = []
  const log = (...given: unknown[]): void => void lines.push(inspect(given, { depth: Infinity }))
  const logger = { debug: log, info: log, warn: log, error: log }
  return {
    server,
    Client,
    logger,
    lines,
    client: (answer, options) =>
      new Client({
        apiKey: marks.key,
        authScheme: 'bearer',
        baseURL: server.at(answer),
        maxRetries: 0,
        logger,
        ...options,
      }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
