import { type AddressInfo, createServer, type Socket } from 'node:net'
import { chunk } from '@vectrade/test-kit/raw-server'

/** How a server answers a request: with the bytes of an answer, or with a function. */
export type Answer = string | ((socket: Socket, request: string) => void)

/** A server on bare sockets that answers each path as a test has defined. */
export interface HostileServer extends AsyncDisposable {
  /** Returns a new address that is answered like this from now on. */
  at(answer: Answer): string
  /** All bytes received so far. */
  readonly received: string[]
  /** The number of connections so far. */
  readonly connections: number
  readonly port: number
}

export async function startHostileServer(): Promise<HostileServer> {
  const answers: Answer[] = []
  const received: string[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    let request = ''
    socket.on('data', (bytes: Buffer) => {
      request += bytes.toString('latin1')
      if (!isWhole(request)) return
      received.push(request)
      const told = answers[Number(/^\w+ \/(\d+)/.exec(request)?.[1])] ?? ''
      const whole = request
      request = ''
      if (typeof told === 'string') socket.end(told)
      else told(socket, whole)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    received,
    port,
    get connections() {
      return connections
    },
    at: (told) => `http://127.0.0.1:${port}/${answers.push(told) - 1}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

function isWhole(request: string): boolean {
  const end = request.indexOf('\r\n\r\n')
  if (end === -1) return false
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(request.slice(0, end))?.[1] ?? 0)
  return request.length >= end + 4 + length
}

/** A whole answer. */
export function answer(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return (
    `HTTP/1.1 ${status} Said\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n` +
    `connection: close\r\n\r\n${body}`
  )
}

/** The beginning of an event stream. It has no last chunk, so a test can choose the end. */
export function eventStream(body: string, headers = ''): string {
  return (
    `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n${headers}` +
    `transfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunk(body)}`
  )
}
