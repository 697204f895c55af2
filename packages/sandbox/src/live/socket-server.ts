import { once } from 'node:events'
import { type IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WebSocket, WebSocketServer } from 'ws'
import { attend } from '../attend.ts'
import { ConnectionCut, type Cut } from '../connection-cut.ts'
import { send } from '../node-exchange.ts'
import { toRequest } from '../node-request.ts'
import type { Parts } from '../parts.ts'
import { type Accepted, answerHandshake } from './handshake.ts'
import { liveActions } from './live-actions.ts'
import { SocketSession } from './socket-session.ts'

/** The parts of the server that a handshake needs. */
export interface SocketSurroundings {
  /** The port on which the server listens. */
  localPort: number
  /** Aborted when the server is closing. */
  closing: AbortSignal
}

const mostMessageBytes = 65_536

/** Opens WebSockets at the paths of the live channels. */
export class SocketServer {
  readonly #parts: Parts
  readonly #surroundings: SocketSurroundings
  readonly #server: WebSocketServer
  /** All connections. Node leaves them to this class, so it does not close them either. */
  readonly #connections = new Set<Socket>()

  private constructor(server: WebSocketServer, parts: Parts, surroundings: SocketSurroundings) {
    this.#server = server
    this.#parts = parts
    this.#surroundings = surroundings
  }

  /** Loads `ws`, which importing this package does not. */
  static async create(parts: Parts, surroundings: SocketSurroundings): Promise<SocketServer> {
    const { WebSocketServer } = await import('ws')
    const server = new WebSocketServer({ noServer: true, maxPayload: mostMessageBytes })
    return new SocketServer(server, parts, surroundings)
  }

  /** Ends all connections at once. Resolves when they are closed. */
  async close(): Promise<void> {
    await Promise.all([...this.#connections].map((socket) => once(socket.destroy(), 'close')))
  }

  /** Answers the handshake of a WebSocket. Never rejects. */
  async upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (!(socket instanceof Socket)) return
    const { localPort, closing } = this.#surroundings
    const gone = new AbortController()
    const leave = (): void => gone.abort(closing.aborted ? 'sandbox' : 'client')
    this.#connections.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => {
      this.#connections.delete(socket)
      leave()
    })
    // A client sends nothing before the answer, and without reading no one notices that it leaves.
    socket.once('end', leave).resume()
    try {
      const request = toRequest(incoming, new Uint8Array(), localPort, gone.signal)
      if (request === undefined) return socket.destroySoon()
      const connection = { localPort, remotePort: socket.remotePort }
      const answer = await attend(this.#parts, request, connection, (attended) =>
        answerHandshake(this.#parts, attended),
      )
      socket.off('end', leave).pause()
      if (answer instanceof Response) await refuse(answer, incoming, socket, gone.signal)
      else this.#open(answer, incoming, socket, head)
    } catch (error) {
      cutConnection(socket, ConnectionCut.isInstance(error) ? error.cut : 'fin')
    }
  }

  #open(accepted: Accepted, incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    const { exchange } = accepted
    const { closing } = this.#surroundings
    socket.once('close', () => exchange.close(closing.aborted ? 'sandbox' : 'client'))
    this.#server.handleUpgrade(incoming, socket, head, (webSocket) => {
      exchange.record.status = 101
      void this.#session(accepted, webSocket, socket).run()
      socket.resume()
    })
  }

  #session({ channel, fault, exchange }: Accepted, webSocket: WebSocket, socket: Socket) {
    const { live, settings } = this.#parts
    const reader = live.read({ symbols: new Set(), channels: new Set([channel]) })
    return new SocketSession(webSocket, {
      exchange,
      reader,
      actions: liveActions(reader, fault, settings.heartbeat),
      heartbeat: settings.live.socketHeartbeat,
      hasSymbols: channel === 'quotes',
      cut: (how) => cutConnection(socket, how),
    })
  }
}

async function refuse(
  response: Response,
  incoming: IncomingMessage,
  socket: Socket,
  gone: AbortSignal,
): Promise<void> {
  const outgoing = new ServerResponse(incoming)
  outgoing.shouldKeepAlive = false
  outgoing.on('error', () => {})
  outgoing.once('finish', () => socket.destroySoon())
  outgoing.assignSocket(socket)
  await send(response, incoming, outgoing, gone)
}

function cutConnection(socket: Socket, how: Cut): void {
  if (how === 'rst') socket.resetAndDestroy()
  else socket.destroySoon()
}
