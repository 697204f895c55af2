import { checkLimit } from '../lifetime/check-limit.ts'
import { checkOptions, type Checks } from '../lifetime/check-options.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { StreamStoreError } from '../errors/stream-store-error.ts'
import { encodeUtf8 } from '../sse/utf8.ts'
import type { StoredMessage, StreamStoreLimits } from './stream-store.ts'

/** The limits of a store, with every default in place. For authors of a `StreamStore`. */
export type ResolvedLimits = { [K in keyof StreamStoreLimits]-?: number }

const defaults: ResolvedLimits = {
  maxEvents: 20_000,
  maxBytes: 4 * 2 ** 20,
  maxStreams: 1_000,
  timeToLive: 300_000,
  lease: 15_000,
}

const limitChecks: Checks<StreamStoreLimits> = {
  maxEvents: checkLimit,
  maxBytes: checkLimit,
  maxStreams: checkLimit,
  timeToLive: checkLimit,
  lease: checkLimit,
}

/**
 * Checks the limits of a store and fills in the defaults. For authors of a `StreamStore`.
 *
 * @throws ConfigurationError on a limit that is no number of the right kind
 */
export function resolveStoreLimits(
  given: StreamStoreLimits,
  maxStreams: number = defaults.maxStreams,
): ResolvedLimits {
  checkOptions(given, limitChecks)
  const limits = { ...defaults, maxStreams }
  for (const name of Object.keys(limits) as (keyof ResolvedLimits)[]) {
    limits[name] = given[name] ?? limits[name]
  }
  // Signs of life come three times in it, and every wake-up of a timer is one.
  if (limits.lease < 100 || limits.lease > 3_600_000) {
    throw new ConfigurationError('`lease` must be from 100 to 3,600,000 ms')
  }
  return limits
}

/** Returns the size of a message, in bytes of UTF-8. */
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
