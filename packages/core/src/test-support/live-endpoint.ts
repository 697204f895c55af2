import { createLiveHandler, decodeEventStream, type LiveHandlerOptions } from '../index.ts'
import type { Handler } from '../serve/handler.ts'
import { ControlledFeed } from './controlled-feed.ts'

export const liveUrl = 'https://app.example/api/live'

/** What a reader got: an event of the wire, and the id in effect after it. */
export interface Received {
  event: Record<string, unknown>
  id: string | undefined
  name: string | undefined
}

/** A response that is read event by event. */
export class LiveCaller {
  readonly response: Response
  readonly #controller: AbortController
  #messages: AsyncIterator<{ event?: string; data: string; id?: string }> | undefined

  constructor(response: Response, controller: AbortController) {
    this.response = response
    this.#controller = controller
  }

  async next(): Promise<Received | undefined> {
    this.#messages ??= decodeEventStream(this.response.body as ReadableStream)[
      Symbol.asyncIterator
    ]()
    const { done, value } = await this.#messages.next()
    if (done) return undefined
    return { event: JSON.parse(value.data), id: value.id, name: value.event }
  }

  /** Reads a number of events. */
  async take(count: number): Promise<Record<string, unknown>[]> {
    const events = []
    for (let at = 0; at < count; at += 1) events.push((await this.next())?.event ?? {})
    return events
  }

  async cancel(): Promise<void> {
    if (this.#messages) await this.#messages.return?.()
    else await this.response.body?.cancel()
  }

  abort(): void {
    this.#controller.abort()
  }
}

export interface LiveEndpoint {
  feed: ControlledFeed
  handler: Handler
  get: (query?: string, headers?: Record<string, string>) => Promise<LiveCaller>
}

/** An endpoint with a feed that the test controls. */
export function liveEndpoint(options: Partial<LiveHandlerOptions> = {}): LiveEndpoint {
  const feed = new ControlledFeed()
  const source = options.client === undefined ? { feed } : {}
  const handler = createLiveHandler({ ...source, ...options } as LiveHandlerOptions)
  const get = async (query = '?symbols=NVDA', headers = {}): Promise<LiveCaller> => {
    const controller = new AbortController()
    const request = new Request(liveUrl + query, { headers, signal: controller.signal })
    return new LiveCaller(await handler(request), controller)
  }
  return { feed, handler, get }
}
