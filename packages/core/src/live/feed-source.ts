import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { LiveChannel, LiveEvent } from '../events/live-event.ts'

/** What a feed wants to get. */
export interface FeedRequest {
  /** The symbols. The feed changes this set and then calls {@link FeedSource.change}. */
  readonly symbols: Set<string>
  readonly channels: readonly LiveChannel[]
  /** How long a connection may bring no byte, in ms, before another one replaces it. */
  readonly heartbeatTimeout: number
  /** The id of the last event that the feed has received. */
  lastEventId(): string
}

/** Where a feed gets its events from. It keeps itself connected. */
export interface FeedSource {
  /** Connects. Call it once. */
  start(): void
  /** Call this after the symbols of the request have changed. */
  change(): void
  close(): void
}

/** Receives what a source brings. */
export interface FeedSink {
  /** A connection is open. */
  onOpen(): void
  /** @param id the last id that this connection has brought, `''` if it has brought none */
  onEvent(event: LiveEvent, id: string): void
  /** The server has sent an id without an event. A feed that continues after it misses nothing. */
  onId(id: string): void
  /** The connection is lost, or could not be opened. The source tries again. */
  onLost(): void
  /** Nothing more will come. Without an error, the server has ended the feed. */
  onEnd(error: VecTradeError | undefined): void
}
