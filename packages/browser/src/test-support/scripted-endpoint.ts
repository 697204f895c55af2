import {
  type AnalysisRequest,
  createHandler,
  type HandlerOptions,
  memoryStore,
  type StreamEvent,
} from '@vectrade/node'
import { type EventTypes, type NoEventTypes, VecTrade } from '../index.ts'

/** An answer that a test writes. */
export interface ScriptedAnswer {
  readonly request: AnalysisRequest
  /** Aborted once no one reads the answer any more, or once it was stopped. */
  readonly signal: AbortSignal
  /** Sends events. */
  send(...events: (StreamEvent | { type: string; content: '' })[]): void
  text(...pieces: string[]): void
  end(): void
  fail(error: Error): void
}

/** An endpoint in the same process, whose answers a test writes. */
export class ScriptedEndpoint {
  readonly url: string
  /** The answers that were asked for. */
  readonly answers: ScriptedAnswer[] = []
  /** The method of each request, and what it continues after. */
  readonly requests: { method: string; lastEventId: string | null }[] = []
  /** Whether requests fail, and responses break off. */
  isDown = false
  /** If set, all requests are refused with this status. */
  refusal: number | undefined
  /** What a response waits for on its way to the page. */
  onResponse: () => Promise<void> = () => Promise.resolve()
  readonly #handler: ReturnType<typeof createHandler>
  #cuts: (() => void)[] = []

  constructor(
    {
      url = 'http://page.example/api/analyze',
      ...options
    }: Pick<HandlerOptions, 'store' | 'events'> & { url?: string } = { store: memoryStore() },
  ) {
    this.url = url
    this.#handler = createHandler({
      ...options,
      source: (request, { signal }) => this.#answer(request, signal),
    })
  }

  /** Creates a client of the endpoint. */
  client<const Types extends EventTypes = NoEventTypes>(events?: Types): VecTrade<Types> {
    return new VecTrade<Types>({
      endpoint: this.url,
      events,
      fetch: async (url, init) => this.#fetch(new Request(url, init)),
    })
  }

  /** The last answer that was asked for. */
  async last(): Promise<ScriptedAnswer> {
    return this.at(Math.max(0, this.answers.length - 1))
  }

  /** Waits until so many answers were asked for before. */
  async at(index: number): Promise<ScriptedAnswer> {
    for (;;) {
      const answer = this.answers[index]
      if (answer) return answer
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  /** Breaks off every response, and refuses requests from now on. */
  goDown(): void {
    this.isDown = true
    for (const cut of this.#cuts) cut()
    this.#cuts = []
  }

  async #fetch(request: Request): Promise<Response> {
    const lastEventId = request.headers.get('last-event-id')
    this.requests.push({ method: request.method, lastEventId })
    if (this.isDown) throw new TypeError('fetch failed')
    if (this.refusal !== undefined) return new Response(null, { status: this.refusal })
    const response = await this.#handler(request)
    await this.onResponse()
    const body = response.body?.pipeThrough(
      new TransformStream({
        start: (controller) => {
          this.#cuts.push(() => controller.error(new TypeError('terminated')))
        },
      }),
      { signal: request.signal },
    )
    return new Response(body ?? null, response)
  }

  async *#answer(
    request: AnalysisRequest,
    signal: AbortSignal,
  ): AsyncGenerator<StreamEvent, void, undefined> {
    let waiting: unknown[] = []
    let wake: (() => void) | undefined
    const send = (...items: unknown[]): void => {
      waiting.push(...items)
      wake?.()
    }
    signal.addEventListener('abort', () => send('end'))
    this.answers.push({
      request,
      signal,
      send,
      text: (...pieces) => send(...pieces.map((content) => ({ type: 'text', content }))),
      end: () => send('end'),
      fail: send,
    })
    for (;;) {
      const items = waiting
      waiting = []
      for (const item of items) {
        if (item === 'end') return
        if (item instanceof Error) throw item
        yield item as StreamEvent
      }
      if (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  }
}
