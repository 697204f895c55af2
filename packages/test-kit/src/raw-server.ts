import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/**
 * A server on bare sockets. It can send what no HTTP server would, and shows whether a client
 * connects.
 */
export interface RawServer extends AsyncDisposable {
  readonly port: number
  /** The `baseURL` for a client. */
  readonly url: string
  /** The text that each connection has received, oldest connection first. */
  readonly received: string[]
  /** The number of open connections that have received bytes. fetch also keeps unused
   * connections. */
  readonly open: number
}

/** Starts a server. `answer` is called for the first bytes of each connection. */
export async function startRawServer(answer: (socket: Socket) => void): Promise<RawServer> {
  const received: string[] = []
  const sockets = new Set<Socket>()
  const busy = new Set<Socket>()
  const server: Server = createServer((socket) => {
    const at = received.push('') - 1
    sockets.add(socket)
    socket.once('data', () => busy.add(socket))
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      busy.delete(socket)
    })
    socket.on('data', (bytes: Buffer) => {
      received[at] += bytes.toString()
    })
    socket.once('data', () => answer(socket))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}/v1`,
    received,
    get open() {
      return busy.size
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

/** The head of an answer with a chunked event stream. */
export const streamHead =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'

/**
 * Returns a chunk of a chunked body. It is empty for an empty text, because an empty chunk ends the
 * body.
 */
export function chunk(text: string): string {
  return chunkOf(Buffer.from(text)).toString()
}

/** Returns a chunk of bytes. See {@link chunk}. */
export function chunkOf(bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ])
}

/** The end of a chunked body. */
export const lastChunk = '0\r\n\r\n'
