import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A plain HTTP server for a test. */
export interface WebServer extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** Its open connections. */
  readonly sockets: ReadonlySet<Socket>
}

/** Serves a listener on a free port. An Express application is a listener too. */
export async function serve(listener: RequestListener): Promise<WebServer> {
  const server = createServer(listener)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    sockets,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}
