import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@vectrade/node'
import type { Serve } from '../index.ts'

/** Serves a handler with `node:http`, on a free port. */
export const serveNode: Serve = async (handler) => {
  const server = createServer(toNodeHandler(handler))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
