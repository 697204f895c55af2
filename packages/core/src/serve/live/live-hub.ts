import type { LiveChannel, LiveEvent } from '../../events/live-event.ts'
import { encodeEvent } from '../../sse/encode.ts'
import { encodeUtf8 } from '../../sse/utf8.ts'
import { joinBytes } from './join-bytes.ts'
import { LiveCursors, type Position } from './live-cursor.ts'
import { liveFailure } from './live-failure.ts'
import { type GroupOwner, LiveGroup } from './live-group.ts'
import { encodeShared, LiveHistory } from './live-history.ts'
import { LiveHolds } from './live-holds.ts'
import { LivePulse } from './live-pulse.ts'
import { LiveReader } from './live-reader.ts'
import type { LiveEntry, ReplayLimits } from './live-replay.ts'
import type { LiveWish } from './live-request.ts'
import { channelOf, isFor, isForReaders, type LiveSubscription } from './live-subscription.ts'
import type { LiveUpstream, UpstreamSink } from './live-upstream.ts'
import type { Failure } from './read-feed.ts'
import { readMissed } from './read-missed.ts'

const nothing = /* @__PURE__ */ new Uint8Array(0)

/** How a hub works. */
export interface LiveHubOptions {
  replay: ReplayLimits
  /** In ms. 0 for none. */
  heartbeat: number
  /** How long a symbol or a channel that no one follows any more is still read, in ms. */
  linger: number
  /** Events about other symbols are dropped. */
  isAllowed: (symbol: string) => boolean
  /** Called with the errors of the developer's own code. */
  onError: (error: unknown) => void
  /** Called when the upstream has failed for good. */
  onFailure: (error: unknown) => void
  /** Called when the upstream cannot tell what a reader has missed. */
  onReplayFailure: (error: unknown) => void
}

/** Where a reader continues. */
type LiveResumption = Pick<LiveWish, 'lastEventId' | 'added'>

/**
 * Passes the events of one upstream on to all readers.
 *
 * An event is encoded once, kept for readers that come back, and added to the groups of readers that want it. The groups
 * pass it on at the next turn of the event loop, together with the others that arrive until then.
 */
export class LiveHub implements UpstreamSink, GroupOwner {
  readonly history: LiveHistory
  readonly #upstream: LiveUpstream
  readonly #options: LiveHubOptions
  readonly #pulse: LivePulse
  readonly #symbols: LiveHolds<string>
  readonly #channels: LiveHolds<LiveChannel>
  readonly #groups = new Map<string, LiveGroup>()
  /** The groups that get the quotes of a symbol. */
  readonly #bySymbol = new Map<string, Set<LiveGroup>>()
  /** The groups that have events to pass on. */
  readonly #waiting = new Set<LiveGroup>()
  /** Resolves when they are passed on. */
  #turn: Promise<void> | undefined
  #isFull = false
  /** The channels that have ended properly. Undefined stands for all. */
  readonly #ended = new Set<LiveChannel | undefined>()

  constructor(upstream: LiveUpstream, options: LiveHubOptions) {
    const { replay, heartbeat, linger } = options
    this.#upstream = upstream
    this.#options = options
    this.#pulse = new LivePulse(heartbeat, () => this.#sweep())
    this.#symbols = new LiveHolds(linger, (symbols) => {
      this.history.forget(symbols)
      upstream.remove(symbols)
    })
    this.#channels = new LiveHolds(linger, (channels) => upstream.close(channels))
    this.history = new LiveHistory(
      replay,
      () => upstream.sharedId,
      (symbol) => !upstream.hasSymbols || this.#symbols.has(symbol),
    )
  }

  /** Whether one of the channels of a subscription has ended. Its readers need not come back. */
  hasEnded({ channels }: LiveSubscription): boolean {
    return this.#ended.has(undefined) || [...channels].some((channel) => this.#ended.has(channel))
  }

  /** Adds a reader. @throws ConfigurationError if the upstream cannot be opened */
  async join(subscription: LiveSubscription, resumption: LiveResumption): Promise<LiveReader> {
    const { history } = this
    const { lastEventId, added } = resumption
    this.flush()
    const group = this.#groups.get(subscription.key) ?? this.#open(subscription)
    const known = lastEventId === '' ? undefined : history.find(lastEventId)
    if (known !== undefined && this.#isComplete(subscription, known, added)) {
      return this.#enter(group, known, nothing, added)
    }
    const sharedId = LiveCursors.sharedId(lastEventId)
    if (sharedId !== '') return this.#catchUp(group, sharedId, resumption)
    const reason = known === undefined ? 'unknown' : 'expired'
    const gap = lastEventId === '' ? undefined : ({ reason, since: lastEventId } as const)
    const first = history.begin(subscription.quotes, gap)
    return this.#enter(group, history.position, first)
  }

  /** Resolves once the channels of a subscription are connected. Rejects if one of them has failed. */
  connected({ channels }: LiveSubscription): Promise<void> {
    return this.#upstream.connected(channels)
  }

  /** @param isOld whether it is an older quote, which counts only if its symbol has none */
  onEvent(event: LiveEvent, channel: LiveChannel | undefined, isOld = false): void {
    let entry
    try {
      if (isForReaders(event, this.#options.isAllowed)) {
        entry = this.history.add(event, channel ?? channelOf(event), isOld)
      }
    } catch (error) {
      // A feed of the developer may bring anything. The other events still count.
      this.#options.onError(error)
    }
    if (entry === undefined) return
    const isQuote = event.type === 'quote.update'
    const groups = isQuote ? this.#bySymbol.get(event.symbol) : this.#groups.values()
    // The groups of a symbol want all of its quotes, unless another channel brings them.
    const isForAll = isQuote && entry.channel === 'quotes'
    for (const group of groups ?? []) {
      if (!isForAll && !isFor(group.subscription, event, entry.channel)) continue
      group.add(entry)
      this.#waiting.add(group)
      if (group.isFull) this.#isFull = true
    }
    if (this.#waiting.size === 0) return
    this.#turn ??= new Promise((resolve) => {
      setTimeout(() => {
        this.#turn = undefined
        this.flush()
        resolve()
      }, 0)
    })
  }

  /** A long burst is passed on in parts, so that readers and sockets can keep up. */
  pause(): Promise<void> | undefined {
    return this.#isFull ? this.#turn : undefined
  }

  onEnd(channel: LiveChannel | undefined, failure: Failure | undefined): void {
    this.flush()
    if (failure === undefined) this.#ended.add(channel)
    else this.#options.onFailure(failure.error)
    const last = failure && liveFailure(failure.error)
    for (const { subscription, readers } of this.#groups.values()) {
      const isConcerned = channel === undefined || subscription.channels.has(channel)
      if (isConcerned) for (const reader of readers) reader.end(last)
    }
    // If they have failed, the next reader opens them again. If they have ended, it gets a 204.
    this.#channels.forget(channel === undefined ? this.#channels.keys : [channel])
    if (channel === undefined || channel === 'quotes') {
      this.#symbols.forget(this.#symbols.keys)
      // The symbols of an upstream that brings all of them are not held.
      this.history.forget()
    }
  }

  flush(): void {
    this.#isFull = false
    for (const group of this.#waiting) {
      this.#waiting.delete(group)
      group.flush()
    }
  }

  close(group: LiveGroup): void {
    const { quotes, key } = group.subscription
    this.#groups.delete(key)
    this.#waiting.delete(group)
    for (const symbol of quotes) {
      const groups = this.#bySymbol.get(symbol)
      groups?.delete(group)
      if (groups?.size === 0) this.#bySymbol.delete(symbol)
    }
    this.#release(group.subscription)
    if (this.#groups.size === 0) this.#pulse.stop()
  }

  #enter(
    group: LiveGroup,
    position: Position,
    first: Uint8Array,
    added?: ReadonlySet<string>,
  ): LiveReader {
    const reader = new LiveReader(group, position, first, added)
    group.readers.add(reader)
    this.#pulse.start()
    return reader
  }

  /** Adds a reader whose last event is not in the history. Asks the upstream for what the reader has missed. */
  async #catchUp(
    group: LiveGroup,
    sharedId: string,
    { lastEventId, added }: LiveResumption,
  ): Promise<LiveReader> {
    const { history } = this
    const { subscription } = group
    const before = history.position
    // What comes in the meantime is read from the history later.
    const reader = this.#enter(group, before, nothing, added)
    const symbols = [...subscription.quotes].filter((symbol) => !added.has(symbol))
    try {
      const missed = await readMissed(this.#upstream, sharedId, symbols, this.#options)
      this.flush()
      if (typeof missed === 'string') {
        const gap = { reason: missed, since: lastEventId }
        const first = history.begin(subscription.quotes, gap)
        reader.restart(history.position, first, undefined)
      } else {
        const wanted = missed.events.filter(
          ({ event }) =>
            isForReaders(event, this.#options.isAllowed) &&
            group.wants(event, channelOf(event), added),
        )
        // The reader then has all of these. In the meantime, the feed may have brought them here, too.
        const ids = new Set([sharedId, missed.lastEventId, ...missed.events.map(({ id }) => id)])
        const place = history.findLast(ids, before)
        const isNew = ({ event, channel, isOld }: LiveEntry): boolean =>
          !isOld && group.wants(event, channel, added)
        const later = history.read(place, isNew, Infinity)?.bytes
        // The feed does not bring these quotes any more. Other readers may wait for them. This one has them.
        for (const event of missed.latest) this.onEvent(event, 'quotes', true)
        const first = encodeShared(wanted)
        // If the later events are no longer kept, its next read finds that, too, and brings a gap.
        if (later === undefined) reader.restart(place, first, added)
        else reader.restart(history.position, joinBytes([first, later]), added)
      }
      return reader
    } catch (error) {
      // The developer's feed has returned something that its type does not allow.
      reader.end()
      throw error
    }
  }

  #release({ channels, quotes }: LiveSubscription): void {
    this.#symbols.release(quotes)
    if (this.#upstream.canClose) this.#channels.release(channels)
  }

  #open(subscription: LiveSubscription): LiveGroup {
    const { channels, quotes, key } = subscription
    // Earlier events of this subscription may have been missed.
    const since = this.history.interrupt()
    const newSymbols = this.#upstream.hasSymbols ? this.#symbols.hold(quotes, since) : []
    const newChannels = this.#channels.hold(channels, since)
    try {
      this.#upstream.open(newChannels, this.#symbols.keys, this)
      if (newSymbols.length > 0) this.#upstream.add(newSymbols)
    } catch (error) {
      this.#release(subscription)
      this.#channels.forget(newChannels)
      this.#symbols.forget(newSymbols)
      throw error
    }
    const group = new LiveGroup(subscription, this)
    this.#groups.set(key, group)
    for (const symbol of quotes) {
      const groups = this.#bySymbol.get(symbol) ?? new Set()
      this.#bySymbol.set(symbol, groups.add(group))
    }
    return group
  }

  /** Whether a reader that has everything up to a position can get everything after it. */
  #isComplete(
    { channels, quotes }: LiveSubscription,
    position: Position,
    added: ReadonlySet<string>,
  ): boolean {
    const { hasSymbols } = this.#upstream
    const isFollowed = (symbol: string): boolean =>
      added.has(symbol) || !hasSymbols || this.#symbols.since(symbol) <= position
    return (
      this.history.hasAllAfter(position) &&
      [...channels].every((channel) => this.#channels.since(channel) <= position) &&
      [...quotes].every(isFollowed)
    )
  }

  #sweep(): void {
    this.flush()
    const { position } = this.history
    // A reader of silent symbols needs a new id, because the events after its old one are soon no longer kept.
    const message = encodeEvent({ comment: 'heartbeat', id: this.history.cursor() })
    const heartbeat = encodeUtf8(message)
    for (const { readers } of this.#groups.values()) {
      for (const reader of readers) reader.sweep(heartbeat, position)
    }
  }
}
