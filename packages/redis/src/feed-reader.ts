import type { LiveEvent } from '@vectrade/core'
import type { Pull } from '@vectrade/core/adapter'
import { type FeedContext, pollInterval } from './feed-context.ts'
import { type FeedEntry, type FeedEvent, isWanted, readPage } from './feed-page.ts'
import { Pause } from './pause.ts'
import { isLater } from './stream-id.ts'

/**
 * Reads the events of a feed from Redis, beginning with those that come next.
 *
 * It reads a page when its caller has taken the one before. So a slow caller takes no memory. If it is slower than Redis
 * forgets, it gets a gap.
 */
export class FeedReader implements Pull<LiveEvent> {
  readonly #context: FeedContext
  readonly #symbols: ReadonlySet<string>
  readonly #onLeave: () => Promise<void>
  readonly #pause = new Pause()
  readonly #ended: Promise<void>
  /** The events that were not taken yet. */
  #queue: FeedEvent[] = []
  #next = 0
  /** The id of the last event that was read. Empty before the first page. */
  #position = ''
  #takenId = ''
  /** The symbols whose latest quotes are still to be delivered. */
  readonly #fresh: Set<string>
  /** The id of the latest quote of each symbol that was read. */
  readonly #seen = new Map<string, string>()
  #end: { error?: unknown } | undefined
  #onEnd: (() => void) | undefined
  #unlisten: (() => void) | undefined

  /** @param onLeave called when the caller stops reading */
  constructor(context: FeedContext, symbols: ReadonlySet<string>, onLeave: () => Promise<void>) {
    this.#context = context
    this.#symbols = symbols
    this.#fresh = new Set(symbols)
    this.#onLeave = onLeave
    this.#ended = new Promise((resolve) => {
      this.#onEnd = resolve
    })
  }

  /** The id of the last event that was taken, or of a later one that the caller does not get. */
  get lastEventId(): string {
    return this.#takenId
  }

  start(): void {
    const { wakeUps, channel } = this.#context
    this.#unlisten = wakeUps.listen(channel, (message) => {
      if (message === '') this.#pause.wake()
    })
  }

  /** Call this after symbols were added to those of the reader. Delivers their latest quotes. */
  add(symbols: readonly string[]): void {
    for (const symbol of symbols) this.#fresh.add(symbol)
    this.#pause.wake()
  }

  /** Call this after symbols were removed from those of the reader. */
  remove(symbols: readonly string[]): void {
    for (const symbol of symbols) {
      this.#fresh.delete(symbol)
      this.#seen.delete(symbol)
    }
  }

  /** Ends reading. Without an error, events that were not taken yet are dropped. */
  close(end: { error?: unknown } = {}): void {
    if (this.#end !== undefined) return
    this.#end = end
    if (!('error' in end)) this.#queue = []
    this.#unlisten?.()
    this.#pause.stop()
    this.#onEnd?.()
  }

  ready(): LiveEvent | undefined {
    const item = this.#queue[this.#next]
    if (item === undefined) return undefined
    this.#next += 1
    const isLast = this.#next === this.#queue.length
    this.#takenId = isLast ? this.#position : item.id
    if (isLast) this.#clear()
    return item.event
  }

  async wait(): Promise<IteratorResult<LiveEvent, undefined>> {
    for (;;) {
      const value = this.ready()
      if (value !== undefined) return { done: false, value }
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error
        return { done: true, value: undefined }
      }
      // A call that Redis does not answer must not hold up the end.
      await Promise.race([this.#read(), this.#ended])
    }
  }

  leave(): Promise<void> {
    return this.#onLeave()
  }

  #clear(): void {
    this.#queue = []
    this.#next = 0
  }

  /** Reads the next page, or waits until there may be one. */
  async #read(): Promise<void> {
    const isStarting = this.#position === ''
    try {
      const { last, entries } = await readPage(this.#context, this.#position)
      if (this.#end !== undefined) return
      if (isStarting) this.#position = last
      else this.#receive(entries)
      if (entries.length < 2 && this.#fresh.size > 0) await this.#readLatest()
    } catch (error) {
      this.#context.tolerate(error)
    }
    if (this.#queue.length > 0) return
    this.#takenId = this.#position
    await this.#pause.wait(pollInterval)
  }

  #receive(entries: readonly FeedEntry[]): void {
    const [first, ...rest] = entries
    if (first === undefined) return
    if (first.id !== this.#position) {
      // Redis has forgotten events that were not read, or has lost its data.
      const gap = { type: 'gap', reason: 'expired', since: this.#position } as const
      this.#queue.push({ id: this.#position, event: gap })
      for (const symbol of this.#symbols) this.#fresh.add(symbol)
      this.#seen.clear()
      rest.unshift(first)
    }
    for (const { id, event } of rest) {
      this.#position = id
      if (event === undefined || !isWanted(event, this.#symbols)) continue
      if (event.type === 'quote.update') this.#seen.set(event.symbol, id)
      this.#queue.push({ id, event })
    }
  }

  /** Adds the latest quotes of symbols that are new here. A quote that is still to be read is left out. */
  async #readLatest(): Promise<void> {
    const position = this.#position
    if (position === '') return
    const wanted = [...this.#fresh]
    const { symbols } = await readPage(this.#context, '', wanted)
    for (const symbol of wanted) this.#fresh.delete(symbol)
    for (const { symbol, latest } of symbols) {
      if (latest === undefined || !this.#symbols.has(symbol)) continue
      const isKnown = !isLater(latest.id, this.#seen.get(symbol) ?? '')
      if (isKnown || isLater(latest.id, position)) continue
      this.#seen.set(symbol, latest.id)
      this.#queue.push({ id: position, event: latest.event })
    }
  }
}
