// `@vectrade/core/adapter`: what adapters of runtimes, stores and servers share, beyond what users import.
// It is outside semver: any version may change it, together with our own packages. docs/adapters.md
// documents it.

// What a runtime supplies to the client
export type {
  LiveSocket,
  Network,
  OpenSocket,
  RuntimeDefaults,
  SocketEvent,
} from './options/runtime.ts'
export { withRuntime } from './options/with-runtime.ts'

// Clients
export { endpointOf } from './client.ts'

// Streams from other sources
export { createStream } from './stream/create-stream.ts'
export type {
  CallOutcome,
  StreamOpener,
  StreamSettings,
  StreamSource,
} from './stream/stream-source.ts'
export type { Track } from './lifetime/abort-scope.ts'
export { whenAborted } from './lifetime/abort-source.ts'

// Live data
export { liveEventToShare } from './events/live-event.ts'
export { liveEventFromWire } from './events/live-event-from-wire.ts'
export { checkChannels, checkSubscription, checkSymbols } from './live/live-options.ts'
export { type Pull, PullIterator } from './lifetime/pull-iterator.ts'

// Stores
export {
  limitError,
  ownerLimitError,
  type ResolvedLimits,
  resolveStoreLimits,
} from './store/store-limits.ts'

// Events
export { AnalysisSoFar } from './events/analysis.ts'

// Errors, requests and responses
export { errorChain } from './errors/error-chain.ts'
export { systemCode } from './errors/error-from-thrown.ts'
export { statusFor } from './errors/error-to-wire.ts'
export { retryAfterSeconds } from './errors/retry-after.ts'
export { streamResponseOf } from './http/stream-response.ts'
export type { Secrets } from './errors/clean.ts'
export { headersToSend, isBodyHeader } from './options/headers.ts'
export { Refusal } from './serve/refusal.ts'
export { eventStreamHeaders } from './relay/readable.ts'
export { eventsToRelay, type RelayItems } from './relay/relay-source.ts'
export { type ByteSink, type DirectSource, directSourceOf } from './relay/direct-source.ts'

// Options
export { checkClient } from './options/check-client.ts'
export {
  type Check,
  checkBoolean,
  checkFunction,
  checkLogger,
  checkOptions,
  type Checks,
  checkSignal,
  checkString,
  checkText,
  checkThat,
  hasMethods,
  type Limit,
} from './lifetime/check-options.ts'
export {
  milliseconds,
  millisecondsBetween,
  resolveLimits,
  wholeNumber,
  wholeNumberBetween,
} from './lifetime/check-limit.ts'

// Waiting, logging, disposal
export { within } from './lifetime/timers.ts'
export { warn } from './lifetime/logger.ts'
export { nameMethod } from './lifetime/name-method.ts'
