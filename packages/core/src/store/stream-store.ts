/** One message of a stored stream, without its id. The id is the position in the stream, from 1. */
export interface StoredMessage {
  /** The event name of the message. If it is missing, the name is "message". */
  event?: string
  /** The data of the message, which is JSON. */
  data: string
}

/** A message of a stored stream, with its position. */
export interface NumberedMessage extends StoredMessage {
  /** The position in the stream, from 1. */
  id: number
}

/**
 * How a stream ended:
 * - `done`: the answer is complete.
 * - `error`: the answer failed. The last message is the error, if the store had room for it.
 * - `stopped`: the owner of the stream stopped it.
 */
export type StreamOutcome = 'done' | 'error' | 'stopped'

/** The state of a stream, as {@link StreamStore.find} returns it. */
export interface StoredStream {
  /** The owner, who alone can read or stop the stream. Empty if the endpoint has no `owner`. */
  owner: string
  /** The number of messages so far. */
  length: number
  /** How the stream ended. Undefined while more messages may follow. */
  outcome: StreamOutcome | undefined
}

/** How much a store holds, and for how long. */
export interface StreamStoreLimits {
  /** The largest number of messages in a stream. Default 20 000. */
  maxEvents?: number | undefined
  /** The largest size of a stream's messages, in bytes of UTF-8. Default 4 MiB. */
  maxBytes?: number | undefined
  /**
   * The largest number of streams at the same time. Streams that have ended count until they expire. Default
   * 1 000 in memory, 100 000 in Redis.
   */
  maxStreams?: number | undefined
  /** ms from the end of a stream, or the death of its producer, until it expires. Default 300 000. */
  timeToLive?: number | undefined
  /** How long a producer can be silent before it counts as dead, in ms: 100 to 3 600 000. Default 15 000. */
  lease?: number | undefined
}

/** Options of {@link StreamStore.create}. */
export interface CreateStreamOptions {
  /** The owner of the stream. Default: empty, which counts as one owner. */
  owner?: string | undefined
  /**
   * The largest number of streams that this owner may run at the same time, this one included, over all
   * instances. A stream runs until it ends, it expires, or its producer is dead. If a store ignores this
   * option, each handler applies the limit to its own streams. Default: no limit.
   */
  maxStreamsPerOwner?: number | undefined
}

/**
 * Stores the streams of an endpoint, so that a reader who lost the connection can resume the answer.
 *
 * A stream has one producer and any number of readers, on this instance or on others. Messages are only
 * added. They are deleted together when the stream expires. If the store cannot be reached, every method
 * rejects within seconds with a `StreamStoreError` (`unavailable`).
 */
export interface StreamStore {
  /** How long a producer can be silent, in ms. After that, it counts as dead. */
  readonly lease: number
  /**
   * Begins a stream, or takes over a stream from a dead producer. A producer that lost its stream can no
   * longer append to it.
   *
   * @throws StreamStoreError `exists` if the stream has ended or its producer is alive, `limit` if there are
   *   too many streams, `owner-limit` if the owner has too many running streams
   */
  create(id: string, options?: CreateStreamOptions): Promise<StreamProducer>
  /** Returns a stream, or undefined if it does not exist or has expired. */
  find(id: string): Promise<StoredStream | undefined>
  /**
   * Returns the messages after position `after`: first the stored ones, then new ones as they come. Each comes
   * once, in order. If the stream has ended or expired, the iteration ends after the last message. If the stream
   * does not exist, it ends at once.
   *
   * @param signal ends the iteration without an error when it is aborted
   * @throws StreamInterruptedError if the producer is dead, at most `lease` + 1 s after its last sign of life
   */
  read(id: string, after: number, signal?: AbortSignal): AsyncIterable<NumberedMessage>
  /** Asks the producer to stop, on any instance. It gets the request within a second. */
  stop(id: string): Promise<void>
  /** Deletes a stream with all its messages. Its readers reach the end. */
  expire(id: string): Promise<void>
}

/** Appends the messages of a stream. A stream has one producer at a time. */
export interface StreamProducer {
  /** Aborted when the stream should stop, when it expires, or when another producer has taken it over. */
  readonly stopped: AbortSignal
  /**
   * Appends messages, either all or none. Also shows that the producer is alive.
   *
   * After an `unavailable` error, the messages may or may not be stored. Call it again with the same messages,
   * or with more after them. It then appends the missing ones.
   *
   * @throws StreamStoreError `superseded`, `finished` or `limit`
   */
  append(messages: readonly StoredMessage[]): Promise<void>
  /**
   * Shows that the producer is alive. Call it several times in each `lease` in which nothing is appended.
   *
   * @throws StreamStoreError `superseded` or `finished`
   */
  renew(): Promise<void>
  /**
   * Ends the stream. A second call with the same outcome changes nothing, but may keep the stream for longer.
   *
   * @throws StreamStoreError `superseded` or `finished`
   */
  finish(outcome: StreamOutcome): Promise<void>
}
