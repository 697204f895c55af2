export { type AI, type AnalysisRequest, VecTrade } from './client.ts'
export type { CallLimits, CallOptions, ResumeOptions, VecTradeOptions } from './options.ts'
export type { HeaderValues } from './headers.ts'
export type { Abortable } from './abort-scope.ts'
export type { ByteReader, ByteResult, ByteStream } from './byte-stream.ts'
export type { Fetch, FetchCredentials, FetchHeaders, FetchInit, FetchResponse } from './fetch.ts'
export type { Logger } from './logger.ts'
export { AnalysisStream } from './stream.ts'
export type { Analysis } from './analysis.ts'
export type { RateLimit, StreamResponse } from './response.ts'
export {
  type Citation,
  type CitationEvent,
  type DoneEvent,
  type MetadataEvent,
  safeUrl,
  type StreamEvent,
  type TextEvent,
  type UnknownEvent,
  type Usage,
} from './events.ts'
export {
  APIError,
  AuthenticationError,
  NotFoundError,
  PaymentRequiredError,
  QuotaExceededError,
  RateLimitError,
  ServerError,
  ServiceUnavailableError,
  ValidationError,
} from './errors/api-error.ts'
export { ConfigurationError } from './errors/configuration-error.ts'
export {
  ConnectionError,
  type ConnectionPhase,
  StreamInterruptedError,
  TimeoutError,
  type TimeoutPhase,
} from './errors/connection-error.ts'
export {
  RequestAbortedError,
  StreamConsumedError,
  StreamProtocolError,
  StreamResumeError,
} from './errors/stream-error.ts'
export { StreamStoreError, type StreamStoreProblem } from './errors/stream-store-error.ts'
export { type PartialAnswer, VecTradeError } from './errors/vectrade-error.ts'
export { fromReadableStream, fromResponse, type FromOptions } from './web/from.ts'
export { type ReadableOptions, toReadableStream, toResponse } from './web/readable.ts'
export { createHandler, type Handler, type HandlerContext } from './web/handler.ts'
export type { HandlerOptions } from './web/handler-options.ts'
export type { Authorization } from './web/authorization.ts'
export type { Cors } from './web/cors.ts'

export { memoryStore } from './resume/memory-store.ts'
export type {
  CreateStreamOptions,
  NumberedMessage,
  StoredMessage,
  StoredStream,
  StreamOutcome,
  StreamProducer,
  StreamStore,
  StreamStoreLimits,
} from './resume/stream-store.ts'

// For those who speak another protocol of Server-Sent Events.
export { decodeEventStream, type EventMessages, type SseMessage } from './sse/decode.ts'
export type { DecodeOptions } from './sse/message-decoder.ts'
export { type EncodableMessage, encodeEvent } from './sse/encode.ts'
export { version } from './version.ts'
