import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeToResponse, type StreamEvent } from '@vectrade/node'

/** A server that answers every request with the same events. */
export interface EventServer extends AsyncDisposable {
  /** The variables that a child needs to ask it. */
  env: Record<string, string>
}

/** Serves events that the sandbox does not send. */
export async function serveEvents(events: StreamEvent[]): Promise<EventServer> {
  const server = createServer((req, res) => {
    void pipeToResponse(each(events), res, { req })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    env: { VECTRADE_BASE_URL: `http://127.0.0.1:${port}/v1`, VECTRADE_API_KEY: 'vq_not_secret' },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function* each(events: StreamEvent[]): AsyncGenerator<StreamEvent> {
  yield* events
}
