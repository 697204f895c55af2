import type { LiveChannel, LiveEvent } from '../../events/live-event.ts'
import { joinBytes } from './join-bytes.ts'
import type { Position } from './live-cursor.ts'
import type { LiveHistory } from './live-history.ts'
import { type LiveReader, maxChunk, type ReaderSource, type ReplayPart } from './live-reader.ts'
import type { LiveEntry } from './live-replay.ts'
import { isFor, type LiveSubscription } from './live-subscription.ts'

/** What a group needs of its hub. */
export interface GroupOwner {
  readonly history: LiveHistory
  /** Passes on all events that wait in groups. */
  flush(): void
  /** Called when the last reader of a group has left. */
  close(group: LiveGroup): void
}

/** The readers that follow the same symbols and channels. Events are joined to a chunk once, not for each reader. */
export class LiveGroup implements ReaderSource {
  readonly subscription: LiveSubscription
  readonly readers: Set<LiveReader> = new Set()
  readonly #owner: GroupOwner
  /** The events that were not passed on yet. */
  #batch: LiveEntry[] = []
  #size = 0

  constructor(subscription: LiveSubscription, owner: GroupOwner) {
    this.subscription = subscription
    this.#owner = owner
  }

  /** Whether the events that were not passed on yet make a full chunk. */
  get isFull(): boolean {
    return this.#size >= maxChunk
  }

  /** Takes an event that its readers want, to pass it on later. */
  add(entry: LiveEntry): void {
    this.#batch.push(entry)
    this.#size += entry.bytes.byteLength
  }

  /** Passes on what was added. */
  flush(): void {
    const batch = this.#batch
    const last = batch.at(-1)
    if (last === undefined) return
    this.#batch = []
    this.#size = 0
    const bytes = joinBytes(batch.map((entry) => entry.bytes))
    const chunk = { bytes, count: batch.length, position: last.position }
    for (const reader of this.readers) reader.push(chunk)
  }

  /**
   * Whether a reader that comes back wants an event that it has missed.
   *
   * @param added symbols that are new to it. It gets their latest quotes only
   */
  wants(event: LiveEvent, channel: LiveChannel | undefined, added: ReadonlySet<string>): boolean {
    const isOfAdded = event.type === 'quote.update' && added.has(event.symbol)
    return !isOfAdded && isFor(this.subscription, event, channel)
  }

  replay(after: Position, added: ReadonlySet<string>): ReplayPart | undefined {
    // The history also has the events that wait to be passed on. The reader must not get them twice.
    this.#owner.flush()
    const { history } = this.#owner
    const isWanted = ({ event, channel }: LiveEntry): boolean => this.wants(event, channel, added)
    const part = history.read(after, isWanted, maxChunk)
    if (part === undefined || !part.isWhole || added.size === 0) return part
    // The latest quotes come last, and only the last one has an id. A reader that has all of them continues after them.
    // A reader that has lost its connection before that asks for them again.
    const latest = history.begin(
      [...added].filter((symbol) => this.subscription.quotes.has(symbol)),
    )
    return { ...part, bytes: joinBytes([part.bytes, latest]) }
  }

  skip(since: Position, dropped: number | undefined): { bytes: Uint8Array; position: Position } {
    this.#owner.flush()
    const { history } = this.#owner
    const gap = { reason: 'slow_consumer', since: history.cursor(since), dropped } as const
    return {
      bytes: history.begin(this.subscription.quotes, gap),
      position: history.position,
    }
  }

  leave(reader: LiveReader): void {
    this.readers.delete(reader)
    if (this.readers.size === 0) this.#owner.close(this)
  }
}
