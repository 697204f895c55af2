import type { LiveEvent } from '@vectrade/core'
import { type Pull, within } from '@vectrade/core/adapter'
import { type FeedContext, pollInterval } from './feed-context.ts'
import { type FeedEntry, isWanted, type KnownSymbol, readPage } from './feed-page.ts'
import { Pause } from './pause.ts'
import { isLater } from './entry-id.ts'

/** What a reader reports. */
export interface ReaderSink {
  /** The caller stops reading. */
  onLeave(): Promise<void>
  /** Another attempt to read cannot help. Closes the reader with the error. */
  onFailure(error: unknown): void
}

/**
 * Reads the events of a feed from Redis, beginning with those that come next.
 *
 * It reads a page when its caller has taken the one before. So a slow caller takes no memory. If Redis forgets events
 * before the caller has taken them, the caller gets a gap.
 */
export class FeedReader implements Pull<LiveEvent> {
  readonly #context: FeedContext
  readonly #symbols: ReadonlySet<string>
  readonly #sink: ReaderSink
  readonly #pause = new Pause()
  /** What was read from Redis and not taken yet. */
  #queue: FeedEntry[] = []
  #next = 0
  /** The id of the last event that was read from Redis. Empty before the first page. */
  #position = ''
  #takenId = ''
  #settledId = ''
  /** The id of the last event that the caller got. */
  #broughtId = ''
  #usedId = ''
  /** The symbols whose latest quotes are still to be delivered. */
  readonly #fresh: Set<string>
  /** The id of the latest quote of each symbol that was read. */
  readonly #seen = new Map<string, string>()
  /** Whether events may be missing after what was read. */
  #isInterrupted = false
  #end: { error?: unknown } | undefined
  /** Ends the wait for Redis. */
  #onEnd: (() => void) | undefined
  /** Called when everything that was read from Redis is used, and at the end. */
  readonly #onSettled = new Set<() => void>()
  #unlisten: (() => void) | undefined

  constructor(context: FeedContext, symbols: ReadonlySet<string>, sink: ReaderSink) {
    this.#context = context
    this.#symbols = symbols
    this.#fresh = new Set(symbols)
    this.#sink = sink
  }

  /** The id of the last event that was taken, or of a later one that the caller does not get. */
  get lastEventId(): string {
    return this.#takenId
  }

  /** The id of the last event that the caller has finished with. It has finished with one when it asks for the next. */
  get usedId(): string {
    return this.#usedId
  }

  /** The id of the last event that the caller has finished with, or of a later one that it does not get. */
  get settledId(): string {
    return this.#settledId
  }

  /**
   * Waits until the caller has used everything up to an id. Returns false if it makes no progress for too long, or the
   * reader is closed.
   */
  async hasSettled(id: string, ms: number): Promise<boolean> {
    while (this.#end === undefined && isLater(id, this.#settledId)) {
      const settled = new Promise<true>((resolve) => {
        this.#onSettled.add(() => resolve(true))
      })
      if (!(await within(settled, ms))) return false
    }
    return this.#end === undefined
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

  /** Leaves out the latest quotes of symbols. Returns the symbols whose quotes would have been delivered. */
  skipLatest(symbols: readonly string[]): string[] {
    return symbols.filter((symbol) => this.#fresh.delete(symbol))
  }

  /** Call this after symbols were removed from those of the reader. */
  remove(symbols: readonly string[]): void {
    for (const symbol of symbols) {
      this.#fresh.delete(symbol)
      this.#seen.delete(symbol)
    }
  }

  /** Adds a gap after what was read from Redis so far. */
  interrupt(): void {
    // Before the first page, nothing can be missing.
    this.#isInterrupted = this.#position !== ''
    this.#pause.wake()
  }

  /** Ends reading. Without an error, events that were not taken yet are dropped. */
  close(end: { error?: unknown } = {}): void {
    if (this.#end !== undefined) return
    this.#end = end
    if (!('error' in end)) this.#queue = []
    this.#unlisten?.()
    this.#pause.stop()
    this.#settle()
    this.#onEnd?.()
  }

  ready(): LiveEvent | undefined {
    this.#usedId = this.#broughtId
    for (;;) {
      this.#settledId = this.#takenId
      const entry = this.#queue[this.#next]
      if (entry === undefined) {
        this.#queue = []
        this.#next = 0
        return undefined
      }
      this.#next += 1
      const { id, event } = entry
      this.#takenId = id
      // Symbols may have been added or removed since it was read.
      if (event === undefined || !isWanted(event, this.#symbols)) continue
      if (event.type === 'quote.update') this.#seen.set(event.symbol, id)
      this.#broughtId = id
      return event
    }
  }

  async wait(): Promise<IteratorResult<LiveEvent, undefined>> {
    for (;;) {
      const value = this.ready()
      if (value !== undefined) return { done: false, value }
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error
        return { done: true, value: undefined }
      }
      this.#settle()
      await new Promise<void>((resolve) => {
        // A call that Redis does not answer must not hold up the end.
        this.#onEnd = resolve
        this.#read().then(resolve, (error: unknown) => this.#sink.onFailure(error))
      })
    }
  }

  leave(): Promise<void> {
    return this.#sink.onLeave()
  }

  /** Reads the next page, or waits until there may be one. */
  async #read(): Promise<void> {
    try {
      const page = await readPage(this.#context, this.#position, [...this.#fresh])
      if (this.#end !== undefined) return
      const isStarting = this.#position === ''
      if (isStarting) this.#begin(page.last)
      this.#receiveLatest(page.symbols)
      if (!isStarting) this.#receive(page.entries)
    } catch (error) {
      this.#context.tolerate(error)
    }
    if (this.#queue.length > 0) return
    await this.#pause.wait(pollInterval)
  }

  #begin(last: string): void {
    this.#position = this.#takenId = this.#settledId = last
    this.#settle()
  }

  #settle(): void {
    for (const onSettled of this.#onSettled) onSettled()
    this.#onSettled.clear()
  }

  #receive(entries: readonly FeedEntry[]): void {
    const [first, ...rest] = entries
    if (first === undefined) return
    const gap = { type: 'gap', since: this.#position } as const
    if (first.id !== this.#position) {
      // Redis has forgotten events that were not read, or has lost its data.
      this.#queue.push({ id: this.#position, event: { ...gap, reason: 'expired' } })
      for (const symbol of this.#symbols) this.#fresh.add(symbol)
      this.#seen.clear()
      rest.unshift(first)
    } else if (this.#isInterrupted) {
      this.#queue.push({ id: this.#position, event: { ...gap, reason: 'upstream' } })
    }
    this.#isInterrupted = false
    this.#queue.push(...rest)
    this.#position = rest.at(-1)?.id ?? this.#position
  }

  /** Adds the latest quotes of symbols that are new here. A quote that is still to be read is left out. */
  #receiveLatest(symbols: readonly KnownSymbol[]): void {
    const position = this.#position
    if (position === '') return
    for (const { symbol, latest } of symbols) {
      // It may have been removed in the meantime.
      if (!this.#fresh.delete(symbol) || latest === undefined) continue
      const isKnown = !isLater(latest.id, this.#seen.get(symbol) ?? '')
      if (isKnown || isLater(latest.id, position)) continue
      this.#queue.push({ id: position, event: latest.event })
    }
  }
}
