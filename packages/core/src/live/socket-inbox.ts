import type { LiveSocket } from '../options/runtime.ts'

/** Receives what a socket brings. */
export interface SocketReader {
  onMessage(data: unknown): void
  /** The connection is lost. */
  onLost(): void
}

/**
 * Listens to a socket from its creation on, and keeps what comes until {@link read} is called.
 *
 * A socket does not wait for listeners. On Deno, messages that come right after the handshake are lost if a listener is
 * added a few microtasks after `open`.
 */
export class SocketInbox {
  readonly socket: LiveSocket
  #kept: unknown[] = []
  #isLost = false
  #reader: SocketReader | undefined

  constructor(socket: LiveSocket) {
    this.socket = socket
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', this.#onMessage)
    socket.addEventListener('close', this.#onLost)
    socket.addEventListener('error', this.#onLost)
  }

  /** Hands what has come, and what comes, to a reader. */
  read(reader: SocketReader): void {
    const kept = this.#kept
    this.#kept = []
    this.#reader = reader
    for (const data of kept) this.#reader?.onMessage(data)
    if (this.#isLost) this.#reader?.onLost()
  }

  /** Removes the listeners and closes the socket. The reader gets nothing more. */
  close(): void {
    this.#reader = undefined
    this.socket.removeEventListener('message', this.#onMessage)
    this.socket.removeEventListener('close', this.#onLost)
    this.socket.removeEventListener('error', this.#onLost)
    try {
      this.socket.close()
    } catch {
      // The socket of Workers throws if it has failed. It is closed then.
    }
  }

  readonly #onMessage = ({ data }: { data?: unknown }): void => {
    if (this.#reader === undefined) this.#kept.push(data)
    else this.#reader.onMessage(data)
  }

  readonly #onLost = (): void => {
    this.#isLost = true
    this.#reader?.onLost()
  }
}
