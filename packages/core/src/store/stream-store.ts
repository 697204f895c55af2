/** One Server-Sent Event of a stored stream. Its id is its position, from 1, and is not part of it. */
export interface StoredMessage {
  /** The name of the event; absent means "message". */
  event?: string
  /** The data: JSON. */
  data: string
}

/** A message with its position. */
export interface NumberedMessage extends StoredMessage {
  /** The position, from 1. */
  id: number
}

/**
 * How a stream ended: `done`, its answer is complete; `error`, its last message says how it failed;
 * `stopped`, somebody who may had it stopped.
 */
export type StreamOutcome = 'done' | 'error' | 'stopped'

/** What a store knows of a stream. */
export interface StoredStream {
  /** Whose it is: only a request of the same owner gets it. Empty where nobody is told apart. */
  owner: string
  /** How many messages there are so far. */
  length: number
  /** Undefined while messages may follow. */
  outcome: StreamOutcome | undefined
}

/** How much a store keeps, and for how long. */
export interface StreamStoreLimits {
  /** Messages of one stream. Default 20 000. */
  maxEvents?: number | undefined
  /** Bytes of one stream's messages, in UTF-8. Default 4 MiB. */
  maxBytes?: number | undefined
  /** Streams at a time, those that have ended and are still kept included. Default 1 000 in memory, 100 000 in Redis. */
  maxStreams?: number | undefined
  /** ms that a stream is kept after its last message or its end. Default 300 000. */
  timeToLive?: number | undefined
  /** ms after which a producer that says nothing is taken for dead, 100 to 3 600 000. Default 15 000. */
  lease?: number | undefined
}

/** How a store begins a stream. */
export interface CreateStreamOptions {
  /** The owner of the stream. Default: empty, which is an owner like any other. */
  owner?: string | undefined
  /**
   * The most streams of this owner that may run at the same time over all instances, including this one.
   * A stream runs until it ends, expires, or its producer is dead. If a store ignores this option, each
   * handler applies the limit by itself. Default: no limit.
   */
  maxStreamsPerOwner?: number | undefined
}

/**
 * Where the streams of resumable endpoints are kept, so that whoever lost a connection can read on.
 *
 * A stream has one producer and any number of readers, on this instance or another. Nothing in it is
 * ever changed or taken out but by its end of life as a whole. All methods reject with a
 * `StreamStoreError` (`unavailable`) within seconds where the store cannot be reached.
 */
export interface StreamStore {
  /** ms after which a producer that says nothing is taken for dead. */
  readonly lease: number
  /**
   * Begins a stream, or takes over one whose producer is dead, which then cannot append any more.
   *
   * @throws StreamStoreError `exists` where a live producer has it or it is at its end, `limit` where
   *   there are too many streams, `owner-limit` where its owner has too many running
   */
  create(id: string, options?: CreateStreamOptions): Promise<StreamProducer>
  /** Undefined where there is none, or none any more. */
  find(id: string): Promise<StoredStream | undefined>
  /**
   * The messages behind position `after`: those there are, then those to come, in order and each
   * once. Ends with the stream; ends as well, after all that is left of it, where the stream expires
   * or there is none.
   *
   * @param signal aborted, it ends the reading, quietly
   * @throws StreamInterruptedError no later than lease + 1 s after a producer's last sign of life
   */
  read(id: string, after: number, signal?: AbortSignal): AsyncIterable<NumberedMessage>
  /** Asks the producer, wherever it runs, to stop; it hears of it within a second. */
  stop(id: string): Promise<void>
  /** Deletes a stream and everything stored of it. Its readers reach the end. */
  expire(id: string): Promise<void>
}

/** The one who may append to a stream. */
export interface StreamProducer {
  /** Aborted once somebody asks to stop or has the stream expire, or another producer has taken over. */
  readonly stopped: AbortSignal
  /**
   * Appends messages, all or none. Also a sign of life. After `unavailable` nobody knows whether they
   * are in: called again with the same, or more behind them, it appends what is missing.
   *
   * @throws StreamStoreError `superseded`, `finished`, or `limit`
   */
  append(messages: readonly StoredMessage[]): Promise<void>
  /** A sign of life: due well within each lease period in which nothing is appended. */
  renew(): Promise<void>
  /** Ends the stream. Again with the same outcome is quiet. @throws StreamStoreError `superseded` or `finished` */
  finish(outcome: StreamOutcome): Promise<void>
}
