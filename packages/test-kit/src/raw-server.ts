import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** A server of bare sockets, for what no HTTP server would send, and to see whether anybody comes. */
export interface RawServer extends AsyncDisposable {
  readonly port: number
  /** What a client's `baseURL` takes. */
  readonly url: string
  /** Of all connections, what came in, oldest first. */
  readonly received: string[]
  /** How many connections are open that brought a request: fetch also keeps some in reserve. */
  readonly open: number
}

/** Starts one that answers the first bytes of each connection. */
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

/** A port of loopback on which nobody listens. */
export async function refusedPort(): Promise<number> {
  const server = await startRawServer(() => {})
  await server[Symbol.asyncDispose]()
  return server.port
}

/** An answer with a chunked event stream, head only. */
export const streamHead =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'

/** One chunk of a chunked body. Empty for an empty text, because an empty chunk would end the body. */
export function chunk(text: string): string {
  return chunkOf(Buffer.from(text)).toString()
}

/** Does the same for bytes that are no text. */
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
