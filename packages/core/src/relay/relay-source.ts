import { ConfigurationError } from '../errors/configuration-error.ts'

/**
 * The key of the method from which a relay gets the items of a stream. Every stream of this SDK has it, even a
 * stream from another copy of the package.
 */
export const forRelay: unique symbol = Symbol.for('vectrade.relay')

/** The items of a stream, for a relay. */
export interface RelayItems<T> {
  /** The items, in order. They can be read once. */
  items: AsyncIterable<T>
  /** Returns whether the items have ended before the answer was complete. */
  isCut: () => boolean
}

/** A stream that a relay can recognize. */
export interface RelaySource<T> {
  /** Uses the stream, which then does not collect its answer. See {@link relayItems}. */
  [forRelay](passThrough: boolean): RelayItems<T | Uint8Array>
}

/**
 * Returns what a relay reads from a stream of this SDK, or from any other async iterable.
 *
 * @param passThrough whether the stream may give the bytes of messages in place of their events
 * @throws ConfigurationError if the source is neither
 */
export function relayItems<T>(
  source: AsyncIterable<T> | RelaySource<T>,
  passThrough: false,
): RelayItems<T>
export function relayItems<T>(
  source: AsyncIterable<T> | RelaySource<T>,
  passThrough: boolean,
): RelayItems<T | Uint8Array>
export function relayItems<T>(
  source: AsyncIterable<T> | RelaySource<T>,
  passThrough: boolean,
): RelayItems<T | Uint8Array> {
  const isObject = typeof source === 'object' && source !== null
  if (isObject && forRelay in source) return source[forRelay](passThrough)
  if (!isObject || typeof source[Symbol.asyncIterator] !== 'function') {
    throw new ConfigurationError(
      'Pass a stream of events: `client.ai.stream(…)`, or an async iterable of events',
    )
  }
  return { items: source, isCut: () => false }
}

/**
 * Returns the events of a stream for a reader that passes them on. The stream then does not collect its answer.
 *
 * @throws ConfigurationError if it is not an async iterable
 */
export function eventsToRelay<T>(stream: AsyncIterable<T>): RelayItems<T> {
  return relayItems(stream, false)
}
