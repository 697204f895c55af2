import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { chunkOf, lastChunk } from '@vectrade/test-kit/raw-server'
import { answerParts } from './answer.ts'
import type { Cell } from './cell.ts'
import { Wire } from './wire.ts'

const fixture = (name: string): string => `${import.meta.dirname}/fixtures/${name}.pem`
const textOf = (name: string): string => readFileSync(fixture(name), 'utf8')

/** The file of the certificate that the runtimes are told to trust. */
export const trustedAuthority: string = fixture('authority')

/** The server of one cell. Nothing else connects to its port, so all its sockets belong to the cell. */
export interface CellServer {
  readonly origin: string
  readonly port: number
  /** The number of requests for the answer. */
  readonly requests: number
  /** The number of open sockets that have received bytes. */
  readonly open: number
  /** When the last of its sockets was closed, by `performance.now()`. */
  readonly lastClosed: number
  close(): void
}

/** Starts the server of a cell. */
export async function startCell(cell: Cell): Promise<CellServer> {
  const sockets = new Set<Socket>()
  const busy = new Set<Socket>()
  let requests = 0
  let lastClosed = 0
  // A client that closes its half is done. Connections that it does not close must stay visible.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    // fetch may keep a spare connection that sends nothing.
    socket.once('data', () => busy.add(socket))
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      if (busy.delete(socket)) lastClosed = performance.now()
    })
    const { onConnect } = cell
    if (onConnect) {
      onConnect(new Wire(socket, socket, cell, 0))
      socket.resume().on('end', () => socket.end())
      return
    }
    const out = secured(socket, cell.server)
    out.on('error', () => {})
    out.on('end', () => socket.end())
    readRequests(out, (head) => {
      if (cell.mode === 'resume' && !head.startsWith('POST ')) {
        resumed(out, head, cell.times)
        return
      }
      requests += 1
      void cell.play(new Wire(socket, out, cell, requests))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const isTls = cell.server === 'trusted' || cell.server === 'unknown authority'
  return {
    origin: (await cell.origin?.()) ?? `${isTls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    get requests() {
      return requests
    },
    get open() {
      return busy.size
    },
    get lastClosed() {
      return lastClosed
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Puts TLS on top of a connection if the cell uses it. */
function secured(socket: Socket, server: Cell['server']): Duplex {
  if (server !== 'trusted' && server !== 'unknown authority') return socket
  // TLS does not own the socket, so that a fault can still write bytes that are not TLS.
  const [inner, outer] = duplexPair()
  socket.pipe(outer)
  outer.pipe(socket)
  const cert = textOf(server === 'trusted' ? 'server' : 'unknown')
  return new TLSSocket(inner, { isServer: true, key: textOf('server.key'), cert })
}

/** Calls back with the head of each complete request. */
function readRequests(source: Duplex, onRequest: (head: string) => void): void {
  let received = ''
  source.on('data', (bytes: Buffer) => {
    received += bytes.toString('latin1')
    const end = received.indexOf('\r\n\r\n')
    if (end === -1) return
    const head = received.slice(0, end)
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
    const isChunked = /^transfer-encoding: *chunked/im.test(head)
    const body = received.slice(end + 4)
    if (isChunked ? !body.endsWith('0\r\n\r\n') : body.length < length) return
    received = ''
    onRequest(head)
  })
}

/** Returns the answer of an endpoint with a store to a client that comes back. */
function resumed(out: Duplex, head: string, times: number | undefined): void {
  const last = Number(/^last-event-id: *(\d+)/im.exec(head)?.[1] ?? 0)
  const events = head.startsWith('GET ') ? answerParts('resume', times).slice(last) : []
  const status = events.length === 0 ? '204 No Content' : '200 OK'
  const lines = [`HTTP/1.1 ${status}`, 'connection: close']
  if (events.length > 0) lines.push('content-type: text/event-stream', 'transfer-encoding: chunked')
  const end = Buffer.from(lastChunk)
  const body = events.length > 0 ? [...events.map((event) => chunkOf(event)), end] : []
  out.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), ...body]))
}
