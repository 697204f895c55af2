import type { RawData, WebSocket } from 'ws'
import type { Cut } from '../connection-cut.ts'
import type { Exchange } from '../request-log.ts'
import { sleep } from '../sleep.ts'
import type { LiveAction } from './live-actions.ts'
import type { LiveReader } from './live-reader.ts'
import type { SocketHeartbeat } from './live-options.ts'
import { parseSocketMessage, type SocketRequest } from './socket-message.ts'

/** What a connection over a WebSocket needs. */
export interface SessionOptions {
  exchange: Exchange
  reader: LiveReader
  actions: Iterable<LiveAction>
  heartbeat: SocketHeartbeat
  /** Whether the client may subscribe to symbols. */
  hasSymbols: boolean
  /** Ends the TCP connection. */
  cut: (how: Exclude<Cut, 'clean'>) => void
}

/** A newer connection has taken the place of this one. The code is the sandbox's own. */
const replaced = 4001
const goingAway = 1001
const internalError = 1011

/** One open WebSocket. */
export class SocketSession {
  readonly #socket: WebSocket
  readonly #options: SessionOptions
  readonly #gone = new AbortController()
  /** Ends the wait for the market. */
  #wake = new AbortController()
  /** The fields that the client wants of a quote. Undefined if it wants all. */
  #fields: ReadonlySet<string> | undefined

  constructor(socket: WebSocket, options: SessionOptions) {
    this.#socket = socket
    this.#options = options
    socket.on('message', (data, isBinary) => {
      this.#receive(isBinary ? undefined : textOf(data))
    })
    socket.on('close', () => {
      this.#gone.abort()
      this.#wake.abort()
    })
    // The socket closes after an error.
    socket.on('error', () => {})
  }

  /** Carries out the actions. Never rejects. */
  async run(): Promise<void> {
    for (const action of this.#options.actions) {
      await this.#do(action)
      if (this.#gone.signal.aborted) return
    }
  }

  async #do(action: LiveAction): Promise<void> {
    const { heartbeat } = this.#options
    switch (action.type) {
      case 'event':
        return this.#sendEvent(JSON.stringify(this.#chosen(action.event)))
      case 'raw':
        return this.#sendEvent(action.message.data)
      case 'error':
        await this.#sendEvent(action.message.data)
        return this.#end(internalError, '')
      case 'kick':
        return this.#end(replaced, action.reason)
      case 'cut':
        if (action.cut === 'clean') return this.#end(goingAway, '')
        this.#options.exchange.close('fault')
        return this.#options.cut(action.cut)
      case 'heartbeat':
        if (heartbeat === 'ping') return this.#socket.ping()
        await this.#send(JSON.stringify({ type: 'heartbeat', simulated: true }))
        return
      case 'idle':
        return this.#idle(action.ms)
      case 'wait':
        return sleep(action.ms, this.#gone.signal)
    }
  }

  #end(code: number, reason: string): void {
    this.#options.exchange.close('fault')
    this.#socket.close(code, reason)
  }

  async #idle(ms: number): Promise<void> {
    await sleep(ms, this.#wake.signal)
    if (!this.#gone.signal.aborted && this.#wake.signal.aborted) this.#wake = new AbortController()
  }

  async #sendEvent(text: string): Promise<void> {
    if (await this.#send(text)) this.#options.exchange.record.eventsSent += 1
  }

  /** Resolves when the connection has taken the message, or has closed. Returns whether it took it. */
  async #send(text: string): Promise<boolean> {
    const { signal } = this.#gone
    const isSent = await new Promise<boolean>((resolve) => {
      const onGone = (): void => resolve(false)
      signal.addEventListener('abort', onGone)
      this.#socket.send(text, (error) => {
        signal.removeEventListener('abort', onGone)
        resolve(!error)
      })
    })
    if (isSent) this.#options.exchange.record.bytesSent += Buffer.byteLength(text)
    return isSent
  }

  #receive(text: string | undefined): void {
    const request = parseSocketMessage(text, this.#options.hasSymbols)
    if (typeof request === 'string') {
      const error = { type: 'validation_error', message: request }
      this.#socket.send(JSON.stringify({ error }), () => {})
      return
    }
    this.#subscribe(request)
    this.#wake.abort()
  }

  #subscribe({ action, symbols, fields }: SocketRequest): void {
    const { reader } = this.#options
    if (action === 'unsubscribe') return reader.remove(symbols)
    if (fields !== undefined) this.#fields = new Set(fields)
    reader.add(symbols)
  }

  /** Returns a quote with the fields that the client wants. Other events have all fields. */
  #chosen(event: { type: string }): object {
    const fields = this.#fields
    if (event.type !== 'quote.update' || fields === undefined) return event
    return Object.fromEntries(
      Object.entries(event).filter(([name]) => alwaysSent.has(name) || fields.has(name)),
    )
  }
}

/** Returns the text of a message. `ws` gives it as one buffer, unless another type is asked for. */
function textOf(data: RawData): string | undefined {
  return data instanceof Buffer ? data.toString() : undefined
}

/** The fields that VecTrade's quotes always have, and the sandbox's own. */
const alwaysSent = new Set(['type', 'symbol', 'price', 'timestamp', 'simulated'])
