import type { FetchHandler } from '@vectrade/node'

/** An endpoint of live prices that a test can take down, and that tells who is connected. */
export class LiveEndpoint {
  /** While it is down, its responses have ended, and requests get a 503. */
  #isDown = false
  /** The symbols of each request. */
  readonly requests: (string | null)[] = []
  readonly #open = new Set<AbortController>()
  readonly #handler: FetchHandler

  constructor(handler: FetchHandler) {
    this.#handler = handler
  }

  /** The number of responses that are being sent. */
  get open(): number {
    return this.#open.size
  }

  readonly handle: FetchHandler = async (request) => {
    if (this.#isDown) return new Response(null, { status: 503 })
    this.requests.push(new URL(request.url).searchParams.get('symbols'))
    const response = await this.#handler(request)
    if (response.body === null) return response
    const cut = new AbortController()
    this.#open.add(cut)
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    response.body
      .pipeTo(writable, { signal: cut.signal })
      .catch(() => {})
      .finally(() => this.#open.delete(cut))
    return new Response(readable, response)
  }

  takeDown(): void {
    this.#isDown = true
    for (const cut of this.#open) cut.abort()
  }

  bringBack(): void {
    this.#isDown = false
  }
}
