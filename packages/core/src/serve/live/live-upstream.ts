import type { VecTrade } from '../../client.ts'
import { ChannelFeed } from './channel-feed.ts'
import { FeedWatch } from './feed-watch.ts'
import { RequestAbortedError } from '../../errors/request-aborted-error.ts'
import { StreamConsumedError } from '../../errors/stream-consumed-error.ts'
import type { LiveChannel, LiveEvent } from '../../events/live-event.ts'
import { markHandled } from '../../lifetime/mark-handled.ts'
import { within } from '../../lifetime/timers.ts'
import type { LiveEnd, LiveState } from '../../live/live-state.ts'
import { type Failure, readFeed } from './read-feed.ts'

/** How long to wait for the end of a feed that brings nothing more, in ms. */
const longestEnd = 1_000

/** A feed that `createLiveHandler` can read, such as a `LiveFeed`. */
export interface LiveFeedLike extends AsyncIterable<LiveEvent> {
  /** Follows more symbols. Without it, the feed is expected to bring all symbols. */
  add?(symbols: readonly string[]): unknown
  /** Follows these symbols no longer. */
  remove?(symbols: readonly string[]): unknown
  /** Resolves at the first connection. Until then, requests wait. Default: they do not wait. */
  readonly ready?: PromiseLike<unknown>
  /** What it brings. A request for another channel gets a 422. Default: all channels. */
  readonly channels?: readonly LiveChannel[]
  /**
   * Whether it is connected. Requests wait while it is not, and readers get a `service_unavailable` after 10 s
   * without a connection. Default: it is always connected.
   */
  readonly state?: LiveState
  /**
   * How it has ended. If the reason is not `ended`, readers come back, for example to another instance. Default: a feed
   * that ends without an error has nothing more to send, and readers do not come back.
   */
  readonly closed?: PromiseLike<Pick<LiveEnd, 'reason'>>
  /** The id of the last event that was read. It counts only with `replay`. */
  readonly lastEventId?: string
  /**
   * Returns the events after an id, up to `lastEventId`, or why some are missing. If the feed is behind the instance
   * from which the id comes, it catches up first. With this method, readers can come back to any instance whose feed
   * has the same ids, such as those of `redisFeed`. The feed does not have to deliver the returned quotes again.
   *
   * @param symbols those whose quotes are wanted
   * @param limit the most events that are of use. If there are more, return `expired`
   */
  replay?(
    after: string,
    symbols: readonly string[],
    limit: number,
  ): Promise<SharedReplay | ReplayProblem>
}

/** What has come after an event. */
export interface SharedReplay {
  /** The events after it, in order. */
  readonly events: readonly SharedEvent[]
  /** The latest quotes of the symbols, even if they are older than the event. */
  readonly latest: readonly LiveEvent[]
  /**
   * The id of the last event that the feed has delivered by then, if that is later than the last of `events`. Readers
   * get what comes after it from the feed itself.
   */
  readonly lastEventId?: string
}

/** An event with the id that all instances know. */
export interface SharedEvent {
  /** The id of the event. It is valid on every instance. */
  readonly id: string
  /** The event. */
  readonly event: LiveEvent
}

/** Why a reader cannot continue after an id, as in a {@link GapEvent}. */
export type ReplayProblem = 'expired' | 'unknown'

/** Receives what an upstream brings. */
export interface UpstreamSink {
  /** @param channel undefined if the upstream does not know it */
  onEvent(event: LiveEvent, channel: LiveChannel | undefined): void
  /** Returns a promise if the upstream should wait before the next event. */
  pause(): Promise<void> | undefined
  /**
   * Nothing more will come.
   *
   * @param channel undefined if this concerns all channels
   * @param failure undefined if the upstream has ended properly
   */
  onEnd(channel: LiveChannel | undefined, failure: Failure | undefined): void
}

/** Where a hub gets its events from. */
export interface LiveUpstream {
  /** Whether it brings only the symbols that were added. */
  readonly hasSymbols: boolean
  /** Whether {@link close} has an effect. */
  readonly canClose: boolean
  /** The channels that it may bring. Undefined if there is no limit. */
  readonly channels?: readonly LiveChannel[] | undefined
  /**
   * Begins to read channels. Does nothing for those that are open.
   *
   * @param symbols the symbols to begin with
   * @throws ConfigurationError
   */
  open(channels: readonly LiveChannel[], symbols: readonly string[], sink: UpstreamSink): void
  /** Resolves once the channels are connected. Rejects if one of them has failed. */
  connected(channels: Iterable<LiveChannel>): Promise<void>
  /** Stops reading channels. */
  close(channels: readonly LiveChannel[]): void
  add(symbols: readonly string[]): void
  remove(symbols: readonly string[]): void
  /** The id of the last event, `''` if other instances do not know it. */
  readonly sharedId: string
  /**
   * Returns the events after a shared id, up to the last one that was brought.
   *
   * @param limit the most events that are of use
   */
  replay(
    after: string,
    symbols: readonly string[],
    limit: number,
  ): Promise<SharedReplay | ReplayProblem>
}

/**
 * The feeds of a client, one for each channel.
 *
 * The quotes need their own feed, because alerts and news of a feed are about its symbols only, while some readers want
 * all of them. This costs no more connections: a client has a WebSocket for each channel anyway.
 */
export class ClientUpstream implements LiveUpstream {
  readonly hasSymbols = true
  readonly canClose = true
  readonly sharedId = ''
  readonly #client: Pick<VecTrade, 'live'>
  readonly #feeds = new Map<LiveChannel, ChannelFeed>()
  /** Why a channel has failed, and when, on the clock of `performance.now()`. */
  readonly #failures = new Map<LiveChannel, Failure & { at: number }>()

  constructor(client: Pick<VecTrade, 'live'>) {
    this.#client = client
  }

  open(channels: readonly LiveChannel[], symbols: readonly string[], sink: UpstreamSink): void {
    for (const channel of channels) this.#check(channel)
    for (const channel of channels) {
      if (this.#feeds.has(channel)) continue
      const isOfQuotes = channel === 'quotes'
      const request = { channels: [channel], symbols: isOfQuotes ? symbols : [] }
      const isOpen = (): boolean => this.#feeds.get(channel) === opened
      const end = (failure: Failure | undefined): void => {
        if (!isOpen()) return
        this.#feeds.delete(channel)
        if (failure !== undefined) {
          this.#failures.set(channel, { ...failure, at: performance.now() })
        }
        opened.close()
        sink.onEnd(channel, failure)
      }
      const opened = new ChannelFeed(this.#client, request, (error) => end({ error }))
      this.#feeds.set(channel, opened)
      const onEvent = (event: LiveEvent): void => sink.onEvent(event, channel)
      void readFeed(opened.feed, onEvent, sink, isOpen).then(end)
    }
  }

  async connected(channels: Iterable<LiveChannel>): Promise<void> {
    await Promise.all([...channels].map(async (channel) => this.#feeds.get(channel)?.connected()))
  }

  close(channels: readonly LiveChannel[]): void {
    for (const channel of channels) {
      this.#feeds.get(channel)?.close()
      this.#feeds.delete(channel)
    }
  }

  add(symbols: readonly string[]): void {
    this.#feeds.get('quotes')?.feed.add(symbols)
  }

  remove(symbols: readonly string[]): void {
    this.#feeds.get('quotes')?.feed.remove(symbols)
  }

  async replay(): Promise<ReplayProblem> {
    return 'unknown'
  }

  /** @throws the failure of a channel that has failed just now. Without this, each new reader would repeat it */
  #check(channel: LiveChannel): void {
    const failure = this.#failures.get(channel)
    if (failure === undefined) return
    if (performance.now() - failure.at < pauseAfterFailure) throw failure.error
    this.#failures.delete(channel)
  }
}

/** How long a channel that has failed is not opened again, in ms. */
const pauseAfterFailure = 10_000

/** A feed of the developer. It is read from the first request on, until it ends. */
export class FeedUpstream implements LiveUpstream {
  readonly hasSymbols: boolean
  readonly canClose = false
  readonly #feed: LiveFeedLike
  #isOpen = false
  /** Whether the feed has been read to its end, and cannot be read again. */
  #isOver = false
  /** Why the feed has failed, if it has brought nothing since. */
  #failure: Failure | undefined
  readonly #watch: FeedWatch
  #sink: UpstreamSink | undefined

  constructor(feed: LiveFeedLike) {
    this.#feed = feed
    this.hasSymbols = feed.add !== undefined
    this.#watch = new FeedWatch(feed, (error) => this.#sink?.onEnd(undefined, { error }))
  }

  get channels(): readonly LiveChannel[] | undefined {
    return this.#feed.channels
  }

  get sharedId(): string {
    return this.#feed.replay === undefined ? '' : (this.#feed.lastEventId ?? '')
  }

  open(_: readonly LiveChannel[], _symbols: readonly string[], sink: UpstreamSink): void {
    if (this.#isOpen || this.#isOver) return
    this.#isOpen = true
    this.#sink = sink
    this.#watch.start()
    const onEvent = (event: LiveEvent): void => {
      this.#failure = undefined
      sink.onEvent(event, undefined)
    }
    void this.#read(onEvent, sink).then((failure) => {
      this.#isOpen = false
      this.#isOver = this.#feed.state === 'closed'
      this.#watch.stop()
      // A feed that can be read only once ends at once or throws when it is opened again. Keep its earlier failure.
      const isReadOnce = failure === undefined || failure.error instanceof StreamConsumedError
      this.#failure = isReadOnce ? (this.#failure ?? failure) : failure
      sink.onEnd(undefined, this.#failure)
    })
  }

  async connected(): Promise<void> {
    await this.#watch.connected()
    if (this.#feed.state === 'closed') throw this.#failure?.error ?? closed()
  }

  /** Does nothing, because the feed may be readable only once. */
  close(): void {}

  add(symbols: readonly string[]): void {
    // The feed fails by itself if it cannot do this.
    if (symbols.length > 0) void markHandled((async () => this.#feed.add?.(symbols))())
  }

  remove(symbols: readonly string[]): void {
    void markHandled((async () => this.#feed.remove?.(symbols))())
  }

  /** Reads the feed to its end. If this instance has closed it, that is a failure: readers go to another one. */
  async #read(
    onEvent: (event: LiveEvent) => void,
    sink: UpstreamSink,
  ): Promise<Failure | undefined> {
    const failure = await readFeed(this.#feed, onEvent, sink, () => true)
    if (failure !== undefined) return failure
    try {
      const end = await within(Promise.resolve(this.#feed.closed), longestEnd)
      return end === undefined || end.reason === 'ended' ? undefined : { error: closed() }
    } catch (error) {
      return { error }
    }
  }

  async replay(
    after: string,
    symbols: readonly string[],
    limit: number,
  ): Promise<SharedReplay | ReplayProblem> {
    return (await this.#feed.replay?.(after, symbols, limit)) ?? 'unknown'
  }
}

function closed(): RequestAbortedError {
  return new RequestAbortedError('The feed was closed')
}
