import type { LiveSocket, SocketEvent } from '../options/runtime.ts'

type Listener = (event: { data?: unknown }) => void

/** A WebSocket in memory. */
export class FakeSocket implements LiveSocket {
  readonly url: string
  readonly headers: Record<string, string>
  readyState = 0
  /** What the client has sent, parsed. */
  readonly sent: unknown[] = []
  readonly #listeners: { type: SocketEvent; listener: Listener }[] = []

  constructor(url: string, headers: Record<string, string>) {
    this.url = url
    this.headers = headers
  }

  get listeners(): number {
    return this.#listeners.length
  }

  addEventListener(type: SocketEvent, listener: Listener): void {
    this.#listeners.push({ type, listener })
  }

  removeEventListener(type: SocketEvent, listener: Listener): void {
    const at = this.#listeners.findIndex(
      (known) => known.type === type && known.listener === listener,
    )
    if (at !== -1) this.#listeners.splice(at, 1)
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data))
  }

  close(): void {
    this.readyState = 3
  }

  /** The handshake succeeds. */
  open(): void {
    this.readyState = 1
    this.#emit('open')
  }

  /** The server sends a message. */
  receive(message: unknown): void {
    this.#emit('message', { data: typeof message === 'string' ? message : JSON.stringify(message) })
  }

  /** The server sends a binary message. */
  receiveBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#emit('message', { data: bytes.buffer })
  }

  /** The handshake fails, or the connection is lost. */
  lose(): void {
    this.readyState = 3
    this.#emit('error')
    this.#emit('close')
  }

  #emit(type: SocketEvent, event: { data?: unknown } = {}): void {
    for (const known of this.#listeners.slice()) if (known.type === type) known.listener(event)
  }
}
