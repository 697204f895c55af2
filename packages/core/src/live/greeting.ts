import type { LiveEvent } from '../events/live-event.ts'

/** Recognizes the events that each new connection would bring: a gap, and the latest quote of each symbol. */
export class Greeting {
  /** The symbols whose first quote has come. Undefined if the connection does not begin with the latest quotes. */
  #greeted: Set<string> | undefined

  /** @param hasLatest whether the new connection begins with the latest quotes, and not after an id */
  begin(hasLatest: boolean): void {
    this.#greeted = hasLatest ? new Set() : undefined
  }

  /** Whether the event is part of the greeting. It is then no progress. Call this for each event, in order. */
  has(event: LiveEvent): boolean {
    if (event.type === 'gap') {
      if (event.reason !== 'upstream') this.begin(true)
      return true
    }
    if (event.type !== 'quote.update' || this.#greeted === undefined) return false
    const isFirst = !this.#greeted.has(event.symbol)
    this.#greeted.add(event.symbol)
    return isFirst
  }
}
