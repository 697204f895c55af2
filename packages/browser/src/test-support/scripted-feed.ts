import { createLiveHandler, type LiveEvent } from '@vectrade/node'
import { VecTrade } from '../index.ts'

/** An endpoint of live data in the same process, whose events a test writes. */
export class ScriptedFeed {
  /** The addresses that were asked for. */
  readonly asked: URL[] = []
  /** How many requests are open. */
  open = 0
  /** If set, its response is sent in place of the feed. */
  answer: (() => Response) | undefined
  #waiting: LiveEvent[] = []
  #isOver = false
  #wake = (): void => {}
  readonly #handler = createLiveHandler({ feed: this.#events() })

  client(): VecTrade {
    return new VecTrade({
      endpoint: 'http://page.example/api/live',
      fetch: async (url, init) => this.#fetch(new Request(url, init)),
    })
  }

  send(...events: LiveEvent[]): void {
    this.#waiting.push(...events)
    this.#wake()
  }

  quote(symbol: string, price: number): void {
    this.send({ type: 'quote.update', symbol, price })
  }

  end(): void {
    this.#isOver = true
    this.#wake()
  }

  async #fetch(request: Request): Promise<Response> {
    this.asked.push(new URL(request.url))
    if (this.answer) return this.answer()
    this.open += 1
    request.signal.addEventListener('abort', () => (this.open -= 1))
    return this.#handler(request)
  }

  async *#events(): AsyncGenerator<LiveEvent, void, undefined> {
    for (;;) {
      const events = this.#waiting
      this.#waiting = []
      yield* events
      if (this.#waiting.length > 0) continue
      if (this.#isOver) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
