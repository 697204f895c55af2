export { type AI, VecTrade } from './client.ts'
export type { AnalysisRequest } from './options/analysis-request.ts'
export type { CallLimits, CallOptions, ResumeOptions, VecTradeOptions } from './options/options.ts'
export type { HeaderValues } from './options/headers.ts'
export type { Abortable } from './lifetime/abort-source.ts'
export type { ByteReader, ByteResult, ByteStream } from './lifetime/byte-stream.ts'
export type {
  Fetch,
  FetchCredentials,
  FetchHeaders,
  FetchInit,
  FetchResponse,
} from './options/runtime.ts'
export type { Live } from './live/live.ts'
export type { LiveDelivery } from './live/delivery.ts'
export type { LiveFeed } from './live/live-feed.ts'
export type { LiveOptions, LiveRequest } from './live/live-options.ts'
export type { LiveEnd, LiveState } from './live/live-state.ts'
export type {
  AlertCondition,
  AlertEvent,
  GapEvent,
  GapReason,
  LiveChannel,
  LiveEvent,
  NewsEvent,
  QuoteEvent,
} from './events/live-event.ts'
export type { LogFields, Logger } from './lifetime/logger.ts'
export type { LogLevel } from './options/log-level.ts'
export type {
  AttemptContext,
  AttemptResponse,
  CallAttempt,
  CallEnd,
  CallInfo,
  CallObserver,
  CallRetry,
  Instrumentation,
} from './options/instrumentation.ts'
export { AnalysisStream } from './stream/stream.ts'
export type { Analysis } from './events/analysis.ts'
export type { RateLimit } from './errors/rate-limit.ts'
export type { StreamResponse } from './http/stream-response.ts'
export type {
  Citation,
  CitationEvent,
  DoneEvent,
  MetadataEvent,
  OtherEvent,
  StreamEvent,
  TextEvent,
  UnknownEvent,
  Usage,
} from './events/stream-event.ts'
export type {
  EventOf,
  EventTypes,
  NoEventTypes,
  OwnEvent,
  OwnFields,
  SchemaIssue,
  SchemaResult,
  StandardSchema,
} from './events/own-event.ts'
export { safeUrl } from './events/safe-url.ts'
export {
  APIError,
  type APIErrorFields,
  AuthenticationError,
  NotFoundError,
  PaymentRequiredError,
  QuotaExceededError,
  RateLimitError,
  ServerError,
  ServiceUnavailableError,
  ValidationError,
} from './errors/api-error.ts'
export type { APIErrorCode, VecTradeErrorCode } from './errors/error-code.ts'
export { ConfigurationError } from './errors/configuration-error.ts'
export {
  ConnectionError,
  type ConnectionPhase,
  StreamInterruptedError,
} from './errors/connection-error.ts'
export { TimeoutError, type TimeoutPhase } from './errors/timeout-error.ts'
export { RequestAbortedError } from './errors/request-aborted-error.ts'
export { StreamConsumedError } from './errors/stream-consumed-error.ts'
export { StreamProtocolError } from './errors/stream-protocol-error.ts'
export { StreamResumeError } from './errors/stream-resume-error.ts'
export { SlowConsumerError } from './errors/slow-consumer-error.ts'
export { StreamStoreError, type StreamStoreProblem } from './errors/stream-store-error.ts'
export {
  type PartialAnswer,
  VecTradeError,
  type VecTradeErrorOptions,
} from './errors/vectrade-error.ts'
export { fromReadableStream, fromResponse, type FromOptions } from './stream/from-response.ts'
export { toReadableStream, toResponse } from './relay/readable.ts'
export type { ReadableOptions } from './relay/relay.ts'
export { createHandler, type Handler } from './serve/handler.ts'
export type {
  AnalysisSource,
  AnalysisSourceOf,
  HandlerContext,
  HandlerOptions,
  SourceContext,
} from './serve/handler-options.ts'
export type { Authorization } from './serve/authorization.ts'
export { createLiveHandler } from './serve/live/live-handler.ts'
export type {
  LiveAuthorization,
  LiveHandlerOptions,
  LiveHandlerSettings,
  LiveHandlerSource,
  LiveReplayOptions,
} from './serve/live/live-handler-options.ts'
export type {
  LiveFeedLike,
  ReplayProblem,
  SharedEvent,
  SharedReplay,
} from './serve/live/live-upstream.ts'
export type { Cors } from './serve/cors.ts'
export { memoryStore } from './store/memory-store.ts'
export type {
  CreateStreamOptions,
  NumberedMessage,
  StoredMessage,
  StoredStream,
  StreamOutcome,
  StreamProducer,
  StreamStore,
  StreamStoreLimits,
} from './store/stream-store.ts'

// Server-Sent Events of any protocol.
export { decodeEventStream, type EventMessages, type SseMessage } from './sse/decode.ts'
export type { DecodeOptions } from './sse/message-decoder.ts'
export { type EncodableMessage, encodeEvent } from './sse/encode.ts'
export { version } from './options/version.ts'
