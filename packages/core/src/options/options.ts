import type { Abortable } from '../lifetime/abort-source.ts'
import { milliseconds, wholeNumber, resolveLimits } from '../lifetime/check-limit.ts'
import {
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
} from '../lifetime/check-options.ts'
import { checkKey } from './api-key.ts'
import { checkEventTypes } from './check-event-types.ts'
import { checkEndpoint, resolveEndpoint } from './endpoint.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import type { Fetch, FetchCredentials, Network, OpenSocket, RuntimeDefaults } from './runtime.ts'
import { baseURLRules, checkServerURL, liveURLRules } from './server-url.ts'
import { headersForOtherBody, type HeaderValues } from './headers.ts'
import type { EventTypes, NoEventTypes } from '../events/own-event.ts'
import type { Logger } from '../lifetime/logger.ts'
import type { Instrumentation } from './instrumentation.ts'
import { checkLogLevel, type LogLevel, type LogSettings } from './log-level.ts'
import { isSendableId } from './last-event-id.ts'
import { eventBytesLimit } from '../sse/event-limit.ts'
import { version } from './version.ts'

/** Limits of a call. A limit passed with a call replaces the client's. */
export interface CallLimits {
  /** ms until response headers, for each request with its redirects. 0 is no limit. Default 30 000. */
  timeout?: number | undefined
  /** ms without an event while one is awaited. Heartbeats do not count. 0 is no limit. Default 120 000. */
  idleTimeout?: number | undefined
  /** ms without a single byte while one is awaited. 0 is no limit. Default 60 000. */
  heartbeatTimeout?: number | undefined
  /** Attempts after the first one. An answer that has begun is not asked for again. Default 2. */
  maxRetries?: number | undefined
  /**
   * The longest `Retry-After` to wait for, in ms. If the server asks for a longer wait, the call fails. A stream or a
   * feed that reconnects waits only this long instead. Default 60 000.
   */
  maxRetryAfter?: number | undefined
  /** The most bytes of one event. Default 64 MiB. */
  maxEventBytes?: number | undefined
}

/** Options of a client. */
export interface VecTradeOptions<Types extends EventTypes = NoEventTypes> extends CallLimits {
  /**
   * Event types of your own. The value of each is a validator of zod, valibot or another library that follows Standard
   * Schema, or `true` if its events are not checked. Default: none, so their events have the type `unknown`.
   */
  events?: Types | undefined
  /**
   * The URL of your own endpoint, which the client asks instead of VecTrade's API. `createHandler` makes
   * one. The URL can be relative in pages. The endpoint has the key, so the client needs and sends none.
   * All answers are streams. `maxRetries` is 0 by default, because the endpoint retries.
   */
  endpoint?: string | URL | undefined
  /**
   * The key of VecTrade's API. Default: the environment variable `VECTRADE_API_KEY`. Without a key, the
   * first call throws. The constructor does not, because frameworks evaluate modules when they build.
   *
   * A function is asked for the key at each attempt and at each reconnection, for keys that change. It may take as
   * long as the `timeout` of the call. If it throws or gives no key, the call fails with a {@link ConfigurationError}
   * whose `cause` is what it threw.
   */
  apiKey?: string | (() => string | Promise<string>) | undefined
  /**
   * The URL of VecTrade's API. Default: the environment variable `VECTRADE_BASE_URL`, or
   * `https://api.vectrade.io/v1`.
   */
  baseURL?: string | undefined
  /**
   * Where live data comes from. With a key: a URL of WebSockets, or of Server-Sent Events if it begins with http.
   * Default: the environment variable `VECTRADE_LIVE_URL`, or `wss://ws.vectrade.io`. With `endpoint`: the URL of
   * your own `createLiveHandler`, which can be relative in pages. Default: `endpoint`.
   */
  liveURL?: string | URL | undefined
  /**
   * The header for the key: `X-API-Key` or `Authorization: Bearer`. Default `auto`: the first call sends
   * `X-API-Key`. If the server refuses the key there, the call is sent again with `Authorization`. The
   * client remembers what worked. If `headers` has one of the two, the key is not sent.
   */
  authScheme?: 'auto' | 'x-api-key' | 'bearer' | undefined
  /**
   * Headers of every request. They replace the SDK's headers of the same name. Headers about a connection
   * or a body are left out, so you can pass on the headers of another request.
   */
  headers?: HeaderValues | undefined
  /** The function that sends requests. Default: the runtime's fetch. */
  fetch?: Fetch | undefined
  /**
   * Gets messages about calls and retries. `console` is a logger, and so is one of pino. Default: none, or `console` if
   * `logLevel` or the environment variable `VECTRADE_LOG` is set.
   */
  logger?: Logger | undefined
  /**
   * The lowest level that the logger gets, in the order `debug`, `info`, `warn`, `error`. `off` logs nothing. With
   * `info`, each call has one message, at its end. Default: the environment variable `VECTRADE_LOG`, or `warn`.
   */
  logLevel?: LogLevel | undefined
  /** Observes the calls, for tracing and metrics. Default: none. */
  instrumentation?: Instrumentation | undefined
  /** Allows a key over plain http to another machine. Default false. */
  allowInsecure?: boolean | undefined
}

/** Options of one call. */
export interface CallOptions<Types extends EventTypes = NoEventTypes> extends CallLimits {
  /** Event types of your own, besides those of the client. */
  events?: Types | undefined
  /** Aborting it ends the call and its stream. */
  signal?: Abortable | undefined
  /** Headers of this call. They replace the client's headers of the same name. */
  headers?: HeaderValues | undefined
  /**
   * The value of the header `Idempotency-Key`. All attempts send the same one, so that the server answers
   * only once. Default: a random UUID.
   */
  idempotencyKey?: string | undefined
}

/** Options of `client.ai.resume()`. */
export interface ResumeOptions<Types extends EventTypes = NoEventTypes> extends CallLimits {
  /** Event types of your own, besides those of the client. */
  events?: Types | undefined
  /** Aborting it ends the stream. The answer continues on the server. */
  signal?: Abortable | undefined
  /** Headers of this call. They replace the client's headers of the same name. */
  headers?: HeaderValues | undefined
  /** The id of the last event that you have. Default: none, so the answer comes from its beginning. */
  lastEventId?: string | undefined
}

/** A key, or the function that returns one. */
export type APIKey = NonNullable<VecTradeOptions['apiKey']>

/** The options of a client, with all defaults. */
export interface Settings extends Required<{ [K in keyof CallLimits]: number }> {
  /** Undefined if there is no key, or if an endpoint has it. */
  apiKey: APIKey | undefined
  authScheme: 'auto' | 'x-api-key' | 'bearer'
  /** Returns the URL to send calls to. */
  target: () => string
  /** Returns the URL of live data. With ws or wss, it is the base of WebSockets. */
  liveTarget: () => string
  openSocket: OpenSocket | undefined
  /** Whether the calls go to the user's own endpoint, which only streams. */
  isEndpoint: boolean
  /** The headers. Names are in lower case. */
  headers: Record<string, string>
  fetch: Fetch
  credentials: FetchCredentials | undefined
  network: Network | undefined
  toCause: RuntimeDefaults['toCause']
  events: EventTypes | undefined
  log: LogSettings
  instrumentation: Instrumentation | undefined
}

/** The limits of a call, with their kinds and defaults. */
export const callLimits: Checks<CallLimits> = {
  timeout: /* @__PURE__ */ milliseconds(30_000),
  idleTimeout: /* @__PURE__ */ milliseconds(120_000),
  heartbeatTimeout: /* @__PURE__ */ milliseconds(60_000),
  maxRetries: /* @__PURE__ */ wholeNumber(2),
  maxRetryAfter: /* @__PURE__ */ milliseconds(60_000),
  maxEventBytes: eventBytesLimit,
}

/** `resolveLimits` checks the limits, and `headerRecord` the headers. */
const clientChecks: Checks<Omit<VecTradeOptions, keyof CallLimits | 'headers'>> = {
  // An empty string is no key, like an empty variable.
  apiKey: (name, value) => value === '' || checkKey(name, value),
  endpoint: checkEndpoint,
  baseURL: checkString,
  liveURL: checkEndpoint,
  authScheme: /* @__PURE__ */ checkThat("'auto', 'x-api-key' or 'bearer'", (value) =>
    ['auto', 'x-api-key', 'bearer'].includes(value as string),
  ),
  events: checkEventTypes,
  fetch: checkFunction,
  logger: checkLogger,
  logLevel: checkLogLevel,
  instrumentation: /* @__PURE__ */ checkThat('an object with the method `onCall`', (value) =>
    hasMethods(value, 'onCall'),
  ),
  allowInsecure: checkBoolean,
}

/** Checks for an event ID that a header can carry. */
export const checkEventId: Check = /* @__PURE__ */ checkThat(
  'the id of an event, such as `stream.lastEventId`, without control characters or outer spaces',
  (value) => typeof value === 'string' && isSendableId(value),
)

type OtherCallOptions = Omit<CallOptions & ResumeOptions, keyof CallLimits | 'headers'>

const callChecks: Checks<OtherCallOptions> = {
  events: checkEventTypes,
  signal: checkSignal,
  idempotencyKey: /* @__PURE__ */ checkText(
    'a string of visible ASCII characters',
    /^[\x21-\x7e]+$/,
  ),
  lastEventId: checkEventId,
}

/** Checks the options of a call, except limits and headers. @throws ConfigurationError */
export function checkCall(options: CallOptions & ResumeOptions): void {
  checkOptions<OtherCallOptions>(options, callChecks)
}

/**
 * Checks the options of a client and fills in the defaults.
 *
 * @throws ConfigurationError that names the option, or the variable, and what to set it to
 */
export function resolveOptions(options: VecTradeOptions, runtime: RuntimeDefaults): Settings {
  checkOptions<Pick<RuntimeDefaults, 'env'>>(runtime, { env: checkFunction })
  checkOptions(options, clientChecks)
  const { name = 'core', credentials, network, openSocket, toCause } = runtime
  const target = resolveTarget(options, runtime)
  const { fetch = runtime.fetch ?? ((url, init) => globalThis.fetch(url, init)) } = options
  return {
    // The endpoint retries.
    ...resolveLimits(callLimits, options, target.isEndpoint ? { maxRetries: 0 } : {}),
    ...target,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-cache',
      ...(name !== false && { 'user-agent': `vectrade-${name}/${version}` }),
      ...headerRecord(options.headers),
    },
    authScheme: options.authScheme ?? 'auto',
    fetch,
    credentials,
    network,
    openSocket,
    toCause,
    events: options.events,
    log: {
      logger: options.logger,
      level: options.logLevel,
      variable: runtime.env?.('VECTRADE_LOG'),
    },
    instrumentation: options.instrumentation,
  }
}

/** Decides whether to ask VecTrade's API, with which key, or the user's own endpoint. */
function resolveTarget(
  options: VecTradeOptions,
  { env = () => undefined, base }: RuntimeDefaults,
): Pick<Settings, 'apiKey' | 'target' | 'liveTarget' | 'isEndpoint'> {
  const { endpoint, liveURL, allowInsecure = false } = options
  if (endpoint !== undefined) {
    if (options.apiKey !== undefined) {
      throw new ConfigurationError(
        'Choose one of `endpoint` and `apiKey`: an endpoint has the key, and its callers need none',
      )
    }
    const target = resolveEndpoint('endpoint', endpoint, base)
    const liveTarget = liveURL === undefined ? target : resolveEndpoint('liveURL', liveURL, base)
    return { apiKey: undefined, target, liveTarget, isEndpoint: true }
  }
  const apiKey = (options.apiKey ?? env('VECTRADE_API_KEY')) || undefined
  if (apiKey !== undefined) checkKey('apiKey', apiKey)
  const baseURL = checkServerURL(
    baseURLRules,
    options.baseURL ?? (env('VECTRADE_BASE_URL') || baseURLRules.default),
    allowInsecure,
  )
  const live = (given: string): string => checkServerURL(liveURLRules, given, allowInsecure)
  if (liveURL !== undefined) live(String(liveURL))
  return {
    apiKey,
    target: () => `${baseURL}/ai/analyze`,
    // The variable is read at the first feed. On Deno, reading one needs a permission.
    liveTarget: () => live(String(liveURL ?? (env('VECTRADE_LIVE_URL') || liveURLRules.default))),
    isEndpoint: false,
  }
}

/**
 * Returns headers by their names in lower case, without those about another connection or body.
 *
 * @throws ConfigurationError on a header that cannot be sent
 */
export function headerRecord(given: HeaderValues | undefined): Record<string, string> {
  if (given === undefined) return {}
  return Object.fromEntries(headersForOtherBody(given))
}
