import type { LiveEvent, QuoteEvent } from '../events/live-event.ts'
import { PullIterator } from '../lifetime/pull-iterator.ts'

/** A feed that a test controls. Records which symbols it was told to follow. */
export class ControlledFeed implements AsyncIterable<LiveEvent> {
  readonly symbols: Set<string> = new Set()
  readonly calls: string[] = []
  isClosed = false
  readonly #events: LiveEvent[] = []
  #end: { error?: unknown } | undefined
  #wake: (() => void) | undefined

  send(...events: LiveEvent[]): void {
    this.#events.push(...events)
    this.#wake?.()
  }

  end(): void {
    this.#end = {}
    this.#wake?.()
  }

  fail(error: unknown): void {
    this.#end = { error }
    this.#wake?.()
  }

  /** Can be read again after a failure. */
  recover(): void {
    this.#end = undefined
  }

  add(symbols: readonly string[]): void {
    this.calls.push(`add ${symbols.join(',')}`)
    for (const symbol of symbols) this.symbols.add(symbol)
  }

  remove(symbols: readonly string[]): void {
    this.calls.push(`remove ${symbols.join(',')}`)
    for (const symbol of symbols) this.symbols.delete(symbol)
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.end()
  }

  [Symbol.asyncIterator](): AsyncIterator<LiveEvent> {
    return new PullIterator<LiveEvent>({
      ready: () => this.#events.shift(),
      wait: () => this.#wait(),
      leave: () => this.close(),
    })
  }

  async #wait(): Promise<IteratorResult<LiveEvent, undefined>> {
    for (;;) {
      const value = this.#events.shift()
      if (value !== undefined) return { done: false, value }
      if (this.#end?.error !== undefined) throw this.#end.error
      if (this.#end !== undefined) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

export function quote(symbol: string, price: number): QuoteEvent {
  return { type: 'quote.update', symbol, price }
}
