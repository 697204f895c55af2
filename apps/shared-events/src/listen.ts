import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type FetchHandler, toNodeHandler } from '@vectrade/node'

/** A server on this machine. Disposing of it closes it and its connections. */
export interface RunningServer extends AsyncDisposable {
  /** Its address, without a slash at the end. */
  url: string
}

/** Serves a handler. The port 0 is any free one. */
export async function listen(handler: FetchHandler, port = 0): Promise<RunningServer> {
  const server = createServer(toNodeHandler(handler)).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
