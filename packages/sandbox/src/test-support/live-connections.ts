import { decodeEventStream, type SseMessage } from '@vectrade/core'
import { WebSocket } from 'ws'
import { formatLiveFault } from '../live/live-fault-syntax.ts'
import type { LiveFault } from '../live/live-fault.ts'
import type { Sandbox } from '../server.ts'

/** How to connect. With the defaults, it works. */
export interface LiveCall {
  fault?: LiveFault
  headers?: Record<string, string>
  query?: string
  /** The end of a path of WebSockets. */
  channel?: string
  /** Subscribes to these symbols when the WebSocket is open. */
  symbols?: string[]
}

function headersOf({ apiKey }: Sandbox, { fault, headers }: LiveCall): Record<string, string> {
  return {
    authorization: `Bearer ${apiKey}`,
    ...(fault && { 'x-sandbox-fault': formatLiveFault(fault) }),
    ...headers,
  }
}

/** A message of an event stream, with its JSON. */
export interface StreamMessage extends SseMessage {
  wire: Record<string, unknown>
}

/** An open event stream. */
export class StreamReader {
  readonly response: Response
  /** The comments so far. */
  readonly comments: string[] = []
  readonly retries: number[] = []
  #messages: AsyncIterator<SseMessage> | undefined

  constructor(response: Response) {
    this.response = response
  }

  /** Returns the next message, or undefined at a correct end. */
  async next(): Promise<StreamMessage | undefined> {
    // An answer without live data is not read here.
    this.#messages ??= decodeEventStream(this.response.body!, {
      onComment: (comment) => void this.comments.push(comment),
      onRetry: (ms) => void this.retries.push(ms),
    })[Symbol.asyncIterator]()
    const { done, value } = await this.#messages.next()
    if (done) return undefined
    return { ...value, wire: jsonOr({}, value.data) }
  }

  async take(count: number): Promise<StreamMessage[]> {
    const messages: StreamMessage[] = []
    while (messages.length < count) {
      const message = await this.next()
      if (message === undefined) throw new Error(`it ended after ${messages.length} messages`)
      messages.push(message)
    }
    return messages
  }

  async close(): Promise<void> {
    await this.#messages?.return?.()
  }
}

/** Opens an event stream. */
export async function openStream(sandbox: Sandbox, call: LiveCall = {}): Promise<StreamReader> {
  const { query = 'symbols=VQTEST' } = call
  return new StreamReader(
    await fetch(`${sandbox.url}/live?${query}`, { headers: headersOf(sandbox, call) }),
  )
}

/** A WebSocket that remembers what happens to it. */
export class SocketReader {
  readonly socket: WebSocket
  /** The texts of the messages so far. */
  readonly texts: string[] = []
  pings = 0
  /** Resolves with the status of the answer: 101 if the socket opens, 0 if there is none. */
  readonly status: Promise<number>
  /** The body of the answer that refused the handshake. */
  readonly refusal: Promise<string>
  readonly closed: Promise<{ code: number; reason: string }>
  #changed: (() => void) | undefined

  constructor(sandbox: Sandbox, call: LiveCall = {}) {
    const { channel = 'quotes', symbols = [] } = call
    const headers = headersOf(sandbox, call)
    const socket = new WebSocket(`${sandbox.liveURL}/ws/v1/${channel}`, { headers })
    this.socket = socket
    socket.on('ping', () => (this.pings += 1))
    socket.on('message', (text: Buffer) => {
      this.texts.push(text.toString())
      this.#changed?.()
    })
    if (symbols.length > 0) socket.on('open', () => this.send({ action: 'subscribe', symbols }))
    let refuse: ((body: string) => void) | undefined
    this.refusal = new Promise((resolve) => (refuse = resolve))
    this.status = new Promise((resolve) => {
      socket.on('open', () => resolve(101))
      socket.on('error', () => resolve(0))
      socket.on('unexpected-response', (request, response) => {
        resolve(response.statusCode ?? 0)
        let body = ''
        response.on('data', (part) => (body += String(part)))
        response.on('end', () => {
          refuse?.(body)
          request.destroy()
        })
      })
    })
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
    })
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** Returns the JSON of the first messages. */
  async take(count: number): Promise<Record<string, unknown>[]> {
    while (this.texts.length < count) {
      await new Promise<void>((resolve) => (this.#changed = resolve))
    }
    return this.texts.slice(0, count).map((text) => jsonOr({}, text))
  }
}

function jsonOr<Value>(fallback: Value, text: string): Value {
  try {
    return JSON.parse(text) as Value
  } catch {
    return fallback
  }
}
