export { type AI, type AnalysisRequest, VecTrade } from './client.ts'
export type { CallLimits, CallOptions, HeaderValues, VecTradeOptions } from './options.ts'
export type { Fetch } from './request.ts'
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
export { type PartialAnswer, VecTradeError } from './errors/vectrade-error.ts'
export { fromReadableStream, fromResponse, type FromOptions } from './web/from.ts'
export { type ReadableOptions, toReadableStream, toResponse } from './web/readable.ts'
export {
  type Authorization,
  createHandler,
  type Handler,
  type HandlerOptions,
} from './web/handler.ts'
export type { Cors } from './web/cors.ts'

// For those who write an adapter, or speak another protocol of Server-Sent Events.
export {
  decodeEventStream,
  type DecodeOptions,
  type EventMessages,
  type SseMessage,
} from './sse/decode.ts'
export { type EncodableMessage, encodeEvent } from './sse/encode.ts'
export type { RuntimeDefaults } from './options.ts'
export { version } from './version.ts'
