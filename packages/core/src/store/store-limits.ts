import {
  milliseconds,
  millisecondsBetween,
  resolveLimits,
  wholeNumber,
} from '../lifetime/check-limit.ts'
import type { Checks } from '../lifetime/check-options.ts'
import { StreamStoreError } from '../errors/stream-store-error.ts'
import { encodeUtf8 } from '../sse/utf8.ts'
import type { StoredMessage, StreamStoreLimits } from './stream-store.ts'

/** The limits of a store, with all defaults. */
export type ResolvedLimits = { [K in keyof StreamStoreLimits]-?: number }

const storeLimits: Checks<StreamStoreLimits> = {
  maxEvents: /* @__PURE__ */ wholeNumber(20_000),
  maxBytes: /* @__PURE__ */ wholeNumber(4 * 2 ** 20),
  maxStreams: /* @__PURE__ */ wholeNumber(1_000),
  timeToLive: /* @__PURE__ */ milliseconds(300_000),
  // A producer gives three signs of life in each lease, and each of them wakes a timer.
  lease: /* @__PURE__ */ millisecondsBetween(15_000, 100, 3_600_000),
}

/**
 * Checks the limits of a store and fills in the defaults.
 *
 * @param defaults used instead of those of `memoryStore`
 * @throws ConfigurationError that names the limit and the kind of number that it must be
 */
export function resolveStoreLimits(
  given: StreamStoreLimits,
  defaults?: Partial<ResolvedLimits>,
): ResolvedLimits {
  return resolveLimits(storeLimits, given, defaults)
}

/** Returns how many bytes of `maxBytes` a message takes. */
export function sizeOf({ event = '', data }: StoredMessage): number {
  return encodeUtf8(event).length + encodeUtf8(data).length
}

/** Creates the error for an owner with too many running streams. For authors of a `StreamStore`. */
export function ownerLimitError(): StreamStoreError {
  return new StreamStoreError(
    'The owner has too many running streams (option `maxStreamsPerOwner` of createHandler)',
    'owner-limit',
  )
}

/** Creates the error for a store that has reached one of its limits. For authors of a `StreamStore`. */
export function limitError(option: 'maxEvents' | 'maxBytes' | 'maxStreams', limit: number): Error {
  const what = {
    maxEvents: 'The stream has too many messages',
    maxBytes: 'The stream has too many bytes',
    maxStreams: 'The store has too many streams',
  }
  return new StreamStoreError(
    `${what[option]}: the limit is ${limit} (option \`${option}\`)`,
    'limit',
  )
}
