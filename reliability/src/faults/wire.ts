import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import { type Shape, type Split, splitAnswer } from './answer.ts'
import type { AnswerForm, Stage } from './answer-form.ts'

/** How long a connection stays open for another request. */
const keptAlive = 300

/** The connection of one request, for the functions that play faults. */
export class Wire {
  /** The connection itself. */
  readonly socket: Socket
  /** The stream for the answer: the connection, or the TLS on top of it. */
  readonly #out: Duplex
  readonly #cell: AnswerForm
  /** Which request of the cell this is, 1 for the first. */
  readonly request: number

  constructor(socket: Socket, out: Duplex, cell: AnswerForm, request: number) {
    this.socket = socket
    this.#out = out
    this.#cell = cell
    this.request = request
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && !this.#out.destroyed && this.#out.writable
  }

  split(stage: Stage, shape?: Shape): Promise<Split> {
    return splitAnswer(this.#cell, stage, shape)
  }

  /** Sends bytes at the pace at which they are read. */
  async send(bytes: Buffer | string): Promise<void> {
    if (!this.isOpen || bytes.length === 0) return
    if (!this.#out.write(bytes)) {
      const gone = new AbortController()
      this.socket.once('close', () => gone.abort())
      await once(this.#out, 'drain', { signal: gone.signal }).catch(() => {})
    }
  }

  /** Sends the answer up to the stage, and returns the rest. */
  async sendUpTo(stage: Stage, shape?: Shape): Promise<Buffer> {
    const { before, after } = await this.split(stage, shape)
    await this.send(before)
    return after
  }

  /** Sends a whole answer. Its connection can be reused for a while. */
  async answer(shape?: Shape): Promise<void> {
    await this.send(await this.sendUpTo('before headers', shape))
    this.keepAlive()
  }

  /** Closes the connection after a whole answer, if no other request comes. */
  keepAlive(): void {
    const timer = setTimeout(() => this.halfClose(), keptAlive)
    this.socket.once('data', () => clearTimeout(timer))
    this.socket.once('close', () => clearTimeout(timer))
  }

  /** Sends a FIN and keeps reading. The connection stays open until the client closes it. */
  halfClose(): void {
    this.#out.end()
  }

  /** Closes both ways once everything is sent. */
  close(): void {
    if (this.#out === this.socket) this.socket.destroySoon()
    else this.#out.end(() => this.socket.destroySoon())
  }

  reset(): void {
    this.socket.resetAndDestroy()
  }

  /** Waits for so many ms, or until the connection ends. */
  async pause(ms: number): Promise<void> {
    if (!this.isOpen) return
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        this.socket.off('close', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      this.socket.once('close', end)
    })
  }
}
