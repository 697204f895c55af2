import { type LiveChannel, type LiveEvent, liveEventToShare } from '../../events/live-event.ts'
import { encodeEvent } from '../../sse/encode.ts'
import { encodeUtf8 } from '../../sse/utf8.ts'
import { joinBytes } from './join-bytes.ts'
import { LiveCursors, type Position } from './live-cursor.ts'
import type { ReplayPart } from './live-reader.ts'
import { type LiveEntry, LiveReplay, type ReplayLimits } from './live-replay.ts'
import type { SharedEvent } from './live-upstream.ts'

/** Why a reader begins again with the latest quotes. The fields are those of the event `gap`. */
export interface HistoryGap {
  reason: 'expired' | 'unknown' | 'slow_consumer'
  /** The cursor of the last event that the reader has. */
  since: string
  dropped?: number | undefined
}

/** An event as JSON, and its place. */
interface Received {
  readonly json: string
  readonly position: Position
}

/** What an instance has received: the position, the latest quotes, and the latest events. */
export class LiveHistory {
  readonly #cursors = new LiveCursors()
  readonly #sharedId: () => string
  readonly #replay: LiveReplay
  readonly #isFollowed: (symbol: string) => boolean
  /** The latest quote of each symbol that is followed. */
  readonly #latest = new Map<string, Received>()
  /** The last gap that the upstream has told of. The quotes before it may not be the latest ones any more. */
  #gap: Received | undefined
  #position: Position = 0

  /**
   * @param sharedId returns the id of the last event that all instances know, `''` if there is none
   * @param isFollowed whether the upstream brings the quotes of a symbol. A late quote of another symbol is not kept
   */
  constructor(
    limits: ReplayLimits,
    sharedId: () => string,
    isFollowed: (symbol: string) => boolean,
  ) {
    this.#sharedId = sharedId
    this.#isFollowed = isFollowed
    this.#replay = new LiveReplay(limits)
  }

  /** The position of the last event or interruption. */
  get position(): Position {
    return this.#position
  }

  /** Returns a position that no cursor has yet. Call this if events may be missing before the next one. */
  interrupt(): Position {
    this.#position += 1
    return this.#position
  }

  /**
   * Adds an event. Returns undefined if it cannot be sent.
   *
   * @param isOld whether it is an older quote, which is added only if its symbol has none
   * @throws TypeError if it is not an event
   */
  add(event: LiveEvent, channel: LiveChannel | undefined, isOld: boolean): LiveEntry | undefined {
    const json = liveEventToShare(event)
    const isKnown = isOld && (event.type !== 'quote.update' || this.#latest.has(event.symbol))
    if (json === undefined || isKnown) return undefined
    this.#position += 1
    const position = this.#position
    this.#keepLatest(event, { json, position })
    const bytes = encodeUtf8(encodeEvent({ id: this.cursor(position), data: json }))
    const sharedId = this.#sharedId()
    const entry = { position, sharedId, at: performance.now(), event, channel, isOld, bytes }
    this.#replay.add(entry)
    return entry
  }

  /** Forgets the latest quotes of symbols. Default: of all. */
  forget(symbols: Iterable<string> = this.#latest.keys()): void {
    for (const symbol of symbols) this.#latest.delete(symbol)
  }

  cursor(position: Position = this.#position): string {
    // The shared ids of earlier positions are not kept.
    const sharedId = position === this.#position ? this.#sharedId() : ''
    return this.#cursors.encode(position, sharedId)
  }

  /** Returns the position of a cursor, or undefined if it is not one of this instance. */
  find(cursor: string): Position | undefined {
    const position = this.#cursors.decode(cursor)
    return position !== undefined && position <= this.#position ? position : undefined
  }

  /**
   * Returns the position of the last event after `after` that has one of these shared ids, or `after` if there is none.
   */
  findLast(sharedIds: ReadonlySet<string | undefined>, after: Position): Position {
    let last = after
    for (const { sharedId, position } of this.#replay.after(after)) {
      if (sharedIds.has(sharedId)) last = position
    }
    return last
  }

  hasAllAfter(position: Position): boolean {
    return this.#replay.hasAllAfter(position)
  }

  /**
   * Returns the next events after a position as messages, or undefined if they are no longer kept.
   *
   * @param size the size in bytes after which the result is long enough
   */
  read(
    after: Position,
    isWanted: (entry: LiveEntry) => boolean,
    size: number,
  ): ReplayPart | undefined {
    if (!this.#replay.hasAllAfter(after)) return undefined
    const pieces: Uint8Array[] = []
    let missing = size
    for (const entry of this.#replay.after(after)) {
      if (!isWanted(entry)) continue
      pieces.push(entry.bytes)
      missing -= entry.bytes.byteLength
      if (missing <= 0) {
        return { bytes: joinBytes(pieces), position: entry.position, isWhole: false }
      }
    }
    return { bytes: joinBytes(pieces), position: this.#position, isWhole: true }
  }

  /**
   * Returns the messages with which a reader begins: the gap, if there is one, and the latest quotes. If a quote is
   * older than a gap of the upstream, that gap comes after it, because quotes may be missing before the next one.
   *
   * Only the last message has an id. A reader that does not get all of them begins again.
   */
  begin(symbols: Iterable<string>, gap?: HistoryGap): Uint8Array {
    const messages = this.#latestOf(symbols)
    if (gap !== undefined) messages.unshift(JSON.stringify({ type: 'gap', ...gap }))
    const last = messages.pop()
    // A message without data is not an event, but its id counts.
    const end = encodeEvent({ id: this.cursor(), ...(last !== undefined && { data: last }) })
    return encodeUtf8(messages.map(unnumbered).join('') + end)
  }

  #keepLatest(event: LiveEvent, received: Received): void {
    if (event.type === 'gap') this.#gap = received
    const isLatest = event.type === 'quote.update' && this.#isFollowed(event.symbol)
    if (isLatest) this.#latest.set(event.symbol, received)
  }

  #latestOf(symbols: Iterable<string>): string[] {
    const quotes = Array.from(symbols, (symbol) => this.#latest.get(symbol))
    const known = quotes.filter((quote) => quote !== undefined)
    const gap = this.#gap
    if (gap === undefined) return known.map(({ json }) => json)
    const old = known.filter(({ position }) => position < gap.position)
    const fresh = known.filter(({ position }) => position >= gap.position)
    return [...old, ...(old.length > 0 ? [gap] : []), ...fresh].map(({ json }) => json)
  }
}

/** Returns events that other instances may have sent, as messages. */
export function encodeShared(events: readonly SharedEvent[]): Uint8Array {
  const messages = events.map(({ id, event }) => {
    const data = liveEventToShare(event)
    return data === undefined ? '' : encodeEvent({ id: LiveCursors.encodeShared(id), data })
  })
  return encodeUtf8(messages.join(''))
}

function unnumbered(json: string): string {
  return encodeEvent({ data: json })
}
