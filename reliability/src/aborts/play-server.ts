import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { LoopDelay } from '../loop-delay.ts'
import { processorTime } from '../processor-time.ts'

/** How a server answers one call: it sends some bytes of an answer, and later perhaps the rest. */
export interface Play {
  /** The bytes of the answer, its head included. */
  readonly answer: Buffer
  readonly pauseAt: number
  /** ms after which the rest is sent; undefined for never. */
  readonly resumeAfter: number | undefined
  /** Called once the bytes before the pause are written. */
  onPause(): void
  requests: number
  /** When the connection was seen to close, by the server's clock. */
  closedAt?: number
  /** When the last byte was written, by the server's clock. */
  answeredAt?: number
}

const idHeader = /\r\nx-call: (\d+)\r\n/i
const lengthHeader = /\r\ncontent-length: (\d+)\r\n/i

/** A server on bare sockets. It can stop anywhere in an answer, even in its head. */
export class PlayServer implements AsyncDisposable {
  readonly sockets: Set<Socket> = new Set<Socket>()
  readonly #plays: Play[] = []
  readonly #own = new LoopDelay(processorTime, () => {})
  readonly #server: Server = createServer((socket) => this.#onSocket(socket))

  static async start(): Promise<PlayServer> {
    const server = new PlayServer()
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  /** The `baseURL` for a client. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`
  }

  /** Returns ms by a clock that stands still while this process cannot run because the machine is busy. */
  now(): number {
    return performance.now() - this.#own.total
  }

  /** Adds a play for one call. Returns the headers that identify the call. */
  expect(play: Play): Record<string, string> {
    return { 'x-call': String(this.#plays.push(play) - 1) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#own.stop()
    for (const socket of this.sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #onSocket(socket: Socket): void {
    let received = ''
    let play: Play | undefined
    const onClose = (): void => {
      if (play !== undefined) play.closedAt ??= this.now()
    }
    this.sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
      const head = received.indexOf('\r\n\r\n') + 4
      const length = Number(lengthHeader.exec(received)?.[1] ?? 0)
      if (head === 3 || received.length < head + length) return
      play = this.#plays[Number(idHeader.exec(received)?.[1])]
      received = ''
      if (play !== undefined) this.#answer(play, socket)
    })
    socket.on('end', onClose)
    // A client may leave with a reset.
    socket.on('error', onClose)
    socket.on('close', () => {
      onClose()
      this.sockets.delete(socket)
    })
  }

  #answer(play: Play, socket: Socket): void {
    play.requests += 1
    const finish = (): void => {
      if (socket.destroyed) return
      socket.write(play.answer.subarray(play.pauseAt))
      play.answeredAt = this.now()
    }
    socket.write(play.answer.subarray(0, play.pauseAt), () => {
      if (play.pauseAt === play.answer.length) play.answeredAt = this.now()
      else if (play.resumeAfter !== undefined) setTimeout(finish, play.resumeAfter)
      play.onPause()
    })
  }
}
