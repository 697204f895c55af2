import { ConfigurationError } from '../errors/configuration-error.ts'

/**
 * The key of a method that streams of this SDK have, whichever copy of the package made them. A relay gets
 * the stream's items from it.
 */
export const forRelay: unique symbol = Symbol.for('vectrade.relay')

/** The items of a stream that is relayed. */
export interface RelayItems<T> {
  items: AsyncIterable<T>
  /** Whether the items have ended before the answer was complete. */
  isCut: () => boolean
}

/** A stream with items for a relay. */
export interface RelaySource<T> {
  /** Uses the stream. It keeps no answer, because no one can ask for it. See {@link relayItems}. */
  [forRelay](asBytes: boolean): RelayItems<T | Uint8Array>
}

/**
 * Returns the items of a stream of this SDK, or of any other iterable, for a relay.
 *
 * @param asBytes whether events that need no change may come as the bytes of their messages
 * @throws ConfigurationError if the source is neither
 */
export function relayItems<T>(
  source: AsyncIterable<T> | RelaySource<T>,
  asBytes: false,
): RelayItems<T>
export function relayItems<T>(
  source: AsyncIterable<T> | RelaySource<T>,
  asBytes: boolean,
): RelayItems<T | Uint8Array>
export function relayItems<T>(
  source: AsyncIterable<T> | RelaySource<T>,
  asBytes: boolean,
): RelayItems<T | Uint8Array> {
  const isObject = typeof source === 'object' && source !== null
  if (isObject && forRelay in source) return source[forRelay](asBytes)
  if (!isObject || typeof source[Symbol.asyncIterator] !== 'function') {
    throw new ConfigurationError(
      'Pass a stream of events to relay: `client.ai.stream(…)` or an async iterable',
    )
  }
  return { items: source, isCut: () => false }
}
