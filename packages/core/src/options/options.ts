import type { Abortable } from '../lifetime/abort-source.ts'
import { checkLimit } from '../lifetime/check-limit.ts'
import {
  checkBoolean,
  checkFunction,
  checkLogger,
  checkOptions,
  type Checks,
  checkSignal,
  checkString,
  checkText,
  checkThat,
} from '../lifetime/check-options.ts'
import { checkEndpoint, resolveEndpoint } from './endpoint.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import type { Fetch, FetchCredentials, Network, RuntimeDefaults } from './runtime.ts'
import { checkBaseURL, publicBaseURL } from './base-url.ts'
import { headersForOtherBody, type HeaderValues } from './headers.ts'
import type { Logger } from '../lifetime/logger.ts'
import { isSendableId } from './last-event-id.ts'
import { defaultMaxEventBytes } from '../sse/message-decoder.ts'
import { version } from './version.ts'

/** Limits of a call; those given with a call win over the client's. */
export interface CallLimits {
  /** ms until response headers, per attempt; 0 for no limit. Default 30 000. */
  timeout?: number | undefined
  /** ms without an event while one is awaited, heartbeats not counting; 0 for no limit. Default 120 000. */
  idleTimeout?: number | undefined
  /** ms without a single byte while one is awaited; 0 for no limit. Default 60 000. */
  heartbeatTimeout?: number | undefined
  /** Attempts after the first, all before an answer has begun. Default 2. */
  maxRetries?: number | undefined
  /** The longest `Retry-After` that is waited for, in ms; a longer one is thrown at once. Default 60 000. */
  maxRetryAfter?: number | undefined
  /** Bytes one event may have. Default 64 MiB. */
  maxEventBytes?: number | undefined
}

/** How a client reaches VecTrade. */
export interface VecTradeOptions extends CallLimits {
  /**
   * An endpoint of your own that is asked in place of VecTrade's API, such as `createHandler` makes:
   * an absolute URL, in pages a relative one as well. It has the key, so none is looked up or sent;
   * every answer is a stream; nothing is retried unless `maxRetries` says so, for it retries itself.
   */
  endpoint?: string | URL | undefined
  /**
   * Default: the environment's `VECTRADE_API_KEY`. Without a key, the first call throws. The
   * constructor does not, because frameworks evaluate modules when they build.
   */
  apiKey?: string | undefined
  /** Default: the environment's `VECTRADE_BASE_URL`, else `https://api.vectrade.io/v1`. */
  baseURL?: string | undefined
  /**
   * The header the key goes in: `X-API-Key` or `Authorization: Bearer`. Default `auto`: the first call
   * sends `X-API-Key` and, if the key is refused there, asks again with `Authorization`. The client
   * remembers what worked. A header of either name in `headers` is sent in place of the key.
   */
  authScheme?: 'auto' | 'x-api-key' | 'bearer' | undefined
  /**
   * Sent with every request, over the SDK's own of the same name. Headers about the connection or the
   * body, such as those of a request that you pass on, are left out.
   */
  headers?: HeaderValues | undefined
  /** Default: the runtime's own. */
  fetch?: Fetch | undefined
  /** Default: silent. */
  logger?: Logger | undefined
  /** Allows a key over plain http to another machine. Default false. */
  allowInsecure?: boolean | undefined
}

/** Options of one call. */
export interface CallOptions extends CallLimits {
  /** Aborted, it ends the call and its stream. */
  signal?: Abortable | undefined
  /** Sent with this call, over the client's own of the same name. */
  headers?: HeaderValues | undefined
  /** The same on every attempt, so that none is answered twice. Default: a random UUID. */
  idempotencyKey?: string | undefined
}

/** Options of taking up a stream again. */
export interface ResumeOptions extends CallLimits {
  /** Aborted, it ends the stream, not the answer. */
  signal?: Abortable | undefined
  /** Sent with this call, over the client's own of the same name. */
  headers?: HeaderValues | undefined
  /** Of the last event that is known. Default: none, the answer comes from its beginning. */
  lastEventId?: string | undefined
}

/** Options with every default in place. */
export interface Settings extends Required<{ [K in keyof CallLimits]: number }> {
  /** Undefined if there is none, or if an endpoint has it. */
  apiKey: string | undefined
  authScheme: 'auto' | 'x-api-key' | 'bearer'
  /** What is asked, a URL. */
  target: () => string
  /** Whether it is an endpoint of the program's own: these only stream. */
  isEndpoint: boolean
  /** By their names in lower case. */
  headers: Record<string, string>
  fetch: Fetch
  credentials: FetchCredentials | undefined
  network: Network | undefined
  toCause: RuntimeDefaults['toCause']
  logger: Logger | undefined
}

const defaultLimits: Required<{ [K in keyof CallLimits]: number }> = {
  timeout: 30_000,
  idleTimeout: 120_000,
  heartbeatTimeout: 60_000,
  maxRetries: 2,
  maxRetryAfter: 60_000,
  maxEventBytes: defaultMaxEventBytes,
}

/** Limits and headers are checked where they are read. */
const clientChecks: Checks<Omit<VecTradeOptions, keyof CallLimits | 'headers'>> = {
  apiKey: checkString,
  endpoint: checkEndpoint,
  baseURL: checkString,
  authScheme: /* @__PURE__ */ checkThat("'auto', 'x-api-key' or 'bearer'", (value) =>
    ['auto', 'x-api-key', 'bearer'].includes(value as string),
  ),
  fetch: checkFunction,
  logger: checkLogger,
  allowInsecure: checkBoolean,
}

type OtherCallOptions = Omit<CallOptions & ResumeOptions, keyof CallLimits | 'headers'>

const callChecks: Checks<OtherCallOptions> = {
  signal: checkSignal,
  idempotencyKey: /* @__PURE__ */ checkText(
    'a string of visible ASCII characters',
    /^[\x21-\x7e]+$/,
  ),
  lastEventId: /* @__PURE__ */ checkThat(
    'the ID of an event, such as `stream.lastEventId`: no control characters, no spaces at its ends',
    (value) => typeof value === 'string' && isSendableId(value),
  ),
}

/**
 * Checks the options of a call, of any kind. Limits and headers are checked where they are read.
 *
 * @throws ConfigurationError
 */
export function checkCall(options: CallOptions & ResumeOptions): void {
  checkOptions<OtherCallOptions>(options, callChecks)
}

/** @throws ConfigurationError that names the option, or the variable, and what to set it to */
export function resolveOptions(options: VecTradeOptions, runtime: RuntimeDefaults): Settings {
  checkOptions<Pick<RuntimeDefaults, 'env'>>(runtime, { env: checkFunction })
  checkOptions(options, clientChecks)
  const { name = 'core', credentials, network, toCause } = runtime
  const target = resolveTarget(options, runtime)
  const { fetch = runtime.fetch ?? ((url, init) => globalThis.fetch(url, init)) } = options
  return {
    ...mergeLimits({ ...defaultLimits, ...(target.isEndpoint && { maxRetries: 0 }) }, options),
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
    toCause,
    logger: options.logger,
  }
}

/** What is asked, and with which key. */
function resolveTarget(
  options: VecTradeOptions,
  { env = () => undefined, base }: RuntimeDefaults,
): Pick<Settings, 'apiKey' | 'target' | 'isEndpoint'> {
  const { endpoint } = options
  if (endpoint !== undefined) {
    if (options.apiKey !== undefined) {
      throw new ConfigurationError(
        'Choose one of `endpoint` and `apiKey`: an endpoint has the key, its callers need none',
      )
    }
    return { apiKey: undefined, target: resolveEndpoint(endpoint, base), isEndpoint: true }
  }
  const apiKey = (options.apiKey ?? env('VECTRADE_API_KEY')) || undefined
  const { allowInsecure = false } = options
  const baseURL = checkBaseURL(
    options.baseURL ?? (env('VECTRADE_BASE_URL') || publicBaseURL),
    allowInsecure,
  )
  return {
    apiKey: apiKey === undefined ? undefined : checkKey(apiKey),
    target: () => `${baseURL}/ai/analyze`,
    isEndpoint: false,
  }
}

/** @throws ConfigurationError on a limit that is no number of the right kind */
export function mergeLimits<T extends typeof defaultLimits>(base: T, given: CallLimits): T {
  const merged = { ...base }
  for (const name of Object.keys(defaultLimits) as (keyof CallLimits)[]) {
    const value = given[name]
    if (value === undefined) continue
    checkLimit(name, value)
    merged[name] = value
  }
  return merged
}

/**
 * Headers by their names in lower case, for a request with a body of its own.
 *
 * @throws ConfigurationError on one that cannot be sent
 */
export function headerRecord(given: HeaderValues | undefined): Record<string, string> {
  if (given === undefined) return {}
  return Object.fromEntries(headersForOtherBody(given))
}

export function noKey(): ConfigurationError {
  return new ConfigurationError(
    'No API key: pass the option `apiKey` or set the environment variable VECTRADE_API_KEY ' +
      "(in a page, import '@vectrade/browser' and pass `endpoint`)",
  )
}

function checkKey(key: string): string {
  // Checked here, because fetch would put the key into its error message.
  if (typeof key !== 'string' || !/^[\x21-\x7e]+$/.test(key)) {
    throw new ConfigurationError(
      '`apiKey` must be a string of visible ASCII characters: check it for spaces and line breaks',
    )
  }
  return key
}
