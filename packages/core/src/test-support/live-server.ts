import { encodeEvent } from '../sse/encode.ts'
import type { FetchInit } from '../options/runtime.ts'
import { VecTrade } from '../client.ts'

/** A connection to a {@link LiveServer}. */
export interface Connection {
  url: URL
  lastEventId: string | undefined
  /** Sends an event. */
  send(event: object, id?: string): void
  /** Sends any text. */
  write(text: string): void
  /** Ends the response. */
  end(): void
  isClosed: boolean
}

/** Serves live data over Server-Sent Events in memory, as the `fetch` of a client. */
export class LiveServer {
  readonly connections: Connection[] = []
  /** What the next requests get instead of a stream. */
  readonly refusals: (() => Response | Promise<Response>)[] = []
  #onConnection: (() => void) | undefined
  #held: Promise<Response | undefined> | undefined
  #settle: ((refusal?: Response) => void) | undefined

  readonly client: VecTrade = new VecTrade({
    endpoint: 'https://app.example/api/live',
    fetch: (url, init) => this.#answer(url, init),
  })

  /** Resolves to the connection of this number, from 1, once it is open. */
  async connection(number: number): Promise<Connection> {
    while (this.connections.length < number) {
      await new Promise<void>((resolve) => {
        this.#onConnection = resolve
      })
    }
    return this.connections[number - 1]!
  }

  /** Keeps the next request waiting. Returns a function that serves it. */
  holdNext(): () => void {
    this.#held = new Promise((resolve) => {
      this.#settle = resolve
    })
    return () => this.#settle?.()
  }

  /** Refuses the request that {@link holdNext} keeps waiting. */
  refuseHeld(status: number): void {
    this.#settle?.(new Response('', { status }))
  }

  async #answer(url: string, init: FetchInit): Promise<Response> {
    const held = this.#held
    this.#held = undefined
    const answer = await held
    if (answer !== undefined) return answer
    const refusal = this.refusals.shift()
    if (refusal !== undefined) return refusal()
    let controller!: ReadableStreamDefaultController<Uint8Array>
    const connection: Connection = {
      url: new URL(url),
      lastEventId: init.headers['last-event-id'],
      isClosed: false,
      send: (event, id) =>
        connection.write(
          encodeEvent({ data: JSON.stringify(event), ...(id !== undefined && { id }) }),
        ),
      write: (text) => controller.enqueue(new TextEncoder().encode(text)),
      end: () => controller.close(),
    }
    const body = new ReadableStream<Uint8Array>({
      start(opened) {
        controller = opened
      },
      cancel() {
        connection.isClosed = true
      },
    })
    init.signal.addEventListener('abort', () => {
      connection.isClosed = true
    })
    this.connections.push(connection)
    this.#onConnection?.()
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
}
