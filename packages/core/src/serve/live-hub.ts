import { errorToWire } from '../errors/error-to-wire.ts'
import type { LiveChannel, LiveEvent } from '../events/live-event.ts'
import { encodeEvent } from '../sse/encode.ts'
import { encodeUtf8 } from '../sse/utf8.ts'
import type { Position } from './live-cursor.ts'
import { type GroupOwner, LiveGroup } from './live-group.ts'
import { LiveHistory } from './live-history.ts'
import { LiveHolds } from './live-holds.ts'
import { LivePulse } from './live-pulse.ts'
import { LiveReader } from './live-reader.ts'
import type { LiveEntry, ReplayLimits } from './live-replay.ts'
import { channelOf, type LiveSubscription, symbolsOf } from './live-subscription.ts'
import type { LiveUpstream, UpstreamSink } from './live-upstream.ts'

const nothing = /* @__PURE__ */ new Uint8Array()

/** How a hub works. */
export interface LiveHubOptions {
  replay: ReplayLimits
  /** In ms. 0 for none. */
  heartbeat: number
  /** How long what no one follows any more is still read, in ms. */
  linger: number
  /** Events about other symbols are dropped. */
  isAllowed: (symbol: string) => boolean
  /** Called with the errors of the developer's own code. */
  onError: (error: unknown) => void
  /** Called when the upstream has failed for good. */
  onFailure: (error: unknown) => void
}

/** Where a reader continues. */
export interface LiveResumption {
  /** The id of the last event that it has, `''` if it has none. */
  lastEventId: string
  /** The symbols that it has not followed before. */
  added: ReadonlySet<string>
}

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
    this.history = new LiveHistory(replay)
    this.#pulse = new LivePulse(heartbeat, () => this.#sweep())
    this.#symbols = new LiveHolds(linger, (symbols) => {
      this.history.forget(symbols)
      upstream.remove(symbols)
    })
    this.#channels = new LiveHolds(linger, (channels) => upstream.close(channels))
  }

  /** Whether no event of a subscription can come any more. */
  hasEnded({ channels }: LiveSubscription): boolean {
    return this.#ended.has(undefined) || [...channels].some((channel) => this.#ended.has(channel))
  }

  /** Adds a reader. @throws ConfigurationError if the upstream cannot be opened */
  join(subscription: LiveSubscription, { lastEventId, added }: LiveResumption): LiveReader {
    const { history } = this
    this.flush()
    const group = this.#groups.get(subscription.key) ?? this.#open(subscription)
    const known = lastEventId === '' ? undefined : history.find(lastEventId)
    let reader
    if (known !== undefined && this.#isComplete(subscription, known, added)) {
      reader = new LiveReader(group, known, nothing, added)
    } else {
      const reason = known === undefined ? 'unknown' : 'expired'
      const gap = lastEventId === '' ? undefined : ({ reason, since: lastEventId } as const)
      reader = new LiveReader(
        group,
        history.position,
        history.begin(subscription.quotes, gap),
        undefined,
      )
    }
    group.readers.add(reader)
    this.#pulse.start()
    return reader
  }

  onEvent(event: LiveEvent, channel: LiveChannel | undefined): void {
    let entry
    try {
      // It was on its way when its symbol was removed. Later it would be taken for the latest one.
      if (event.type === 'quote.update' && !this.#isFollowed(event.symbol)) return
      entry = this.#record(event, channel ?? channelOf(event))
    } catch (error) {
      // A feed of the developer may bring anything. The other events still count.
      this.#options.onError(error)
    }
    if (entry === undefined) return
    const isQuote = event.type === 'quote.update'
    const groups = isQuote ? this.#bySymbol.get(event.symbol) : this.#groups.values()
    for (const group of groups ?? []) {
      if (!group.add(entry)) continue
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

  onEnd(channel: LiveChannel | undefined, failure: { error: unknown } | undefined): void {
    this.flush()
    if (failure === undefined) this.#ended.add(channel)
    else this.#options.onFailure(failure.error)
    const last = failure && errorMessage(failure.error)
    for (const { subscription, readers } of this.#groups.values()) {
      const isConcerned = channel === undefined || subscription.channels.has(channel)
      if (isConcerned) for (const reader of readers) reader.end(last)
    }
    // The next reader opens them again.
    this.#channels.forget(channel === undefined ? this.#channels.keys : [channel])
    if (channel === undefined || channel === 'quotes') this.#symbols.forget(this.#symbols.keys)
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

  #release({ channels, quotes }: LiveSubscription): void {
    this.#symbols.release(quotes)
    if (this.#upstream.canClose) this.#channels.release(channels)
  }

  #open(subscription: LiveSubscription): LiveGroup {
    const { channels, quotes, key } = subscription
    // What came before was missed.
    const since = this.history.interrupt()
    const newSymbols = this.#upstream.hasSymbols ? this.#symbols.hold(quotes, since) : []
    const newChannels = this.#channels.hold(channels, since)
    try {
      this.#upstream.open(newChannels, this.#symbols.keys, this)
      if (newSymbols.length > 0) this.#upstream.add(newSymbols)
    } catch (error) {
      this.#upstream.close(newChannels)
      this.#release(subscription)
      this.#symbols.forget(newSymbols)
      this.#channels.forget(newChannels)
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
    const isFollowed = (symbol: string): boolean =>
      added.has(symbol) || this.#isFollowed(symbol, position)
    return (
      this.history.hasAllAfter(position) &&
      [...channels].every((channel) => this.#channels.since(channel) <= position) &&
      [...quotes].every(isFollowed)
    )
  }

  /** Whether the upstream brings a symbol, and has brought it since a position. */
  #isFollowed(symbol: string, position: Position = Number.MAX_VALUE): boolean {
    return !this.#upstream.hasSymbols || this.#symbols.since(symbol) <= position
  }

  #record(event: LiveEvent, channel: LiveChannel | undefined): LiveEntry | undefined {
    const symbols = symbolsOf(event)
    const isAllowed = symbols.length === 0 || symbols.some(this.#options.isAllowed)
    return isAllowed ? this.history.add(event, channel) : undefined
  }

  #sweep(): void {
    this.flush()
    const { position } = this.history
    // Without the id, a reader of silent symbols would be left with one that is no longer kept.
    const message = encodeEvent({ comment: 'heartbeat', id: this.history.cursor() })
    const heartbeat = encodeUtf8(message)
    for (const { readers } of this.#groups.values()) {
      for (const reader of readers) reader.sweep(heartbeat, position)
    }
  }
}

function errorMessage(error: unknown): Uint8Array {
  return encodeUtf8(encodeEvent({ event: 'error', data: JSON.stringify(errorToWire(error)) }))
}
