import type { Abortable } from './abort-scope.ts'
import { checkLimit } from './check-limit.ts'
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
} from './check-options.ts'
import { checkEndpoint, resolveEndpoint } from './endpoint.ts'
import { ConfigurationError } from './errors/configuration-error.ts'
import type { Fetch, FetchCredentials } from './fetch.ts'
import { KeyHeader, type KeyScheme } from './key-header.ts'
import { headersForOtherBody, type HeaderValues } from './headers.ts'
import type { Logger } from './logger.ts'
import { isSendableId } from './resume/last-event-id.ts'
import { defaultMaxEventBytes } from './sse/message-decoder.ts'
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
  authScheme?: KeyScheme | 'auto' | undefined
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

/** What a runtime supplies; the core asks nothing of its own accord. */
export interface RuntimeDefaults {
  /** As in `User-Agent: vectrade-<name>/<version>`; `false` where programs may not set it. Default `core`. */
  name?: string | false
  /** Reads an environment variable. Default: there are none. */
  env?: (name: string) => string | undefined
  /** What a relative `endpoint` is resolved against. Default: it has to be absolute. */
  base?: () => string | undefined
  /** Where the network comes and goes, and programs are put to sleep. */
  network?: Network
  /** Whether a page's cookies go along. Default: as the runtime's fetch has it. */
  credentials?: FetchCredentials | undefined
  /** Sends requests if the caller passes no `fetch`. Default: the global `fetch`. */
  fetch?: Fetch | undefined
}

/** What a runtime knows of its network; streams that can be resumed go by it. */
export interface Network {
  /** Whether the runtime believes that it has a network. */
  isOnline: () => boolean
  /**
   * Calls the listener when the program has been woken, or is online again (`isNew`), and gives what
   * to call to end that.
   */
  onWake: (listener: (isNew: boolean) => void) => () => void
}

const publicBaseURL = 'https://api.vectrade.io/v1'

/** Options with every default in place. */
export interface Settings extends Required<{ [K in keyof CallLimits]: number }> {
  /** Undefined where there is none, or an endpoint has it. */
  key: KeyHeader | undefined
  /** What is asked, a URL. */
  target: () => string
  /** Whether it is an endpoint of the program's own: these only stream. */
  isEndpoint: boolean
  /** By their names in lower case. */
  headers: Record<string, string>
  fetch: Fetch
  credentials: FetchCredentials | undefined
  network: Network | undefined
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
  const { name = 'core', credentials, network } = runtime
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
    fetch,
    credentials,
    network,
    logger: options.logger,
  }
}

/** What is asked, and with which key. */
function resolveTarget(
  options: VecTradeOptions,
  { env = () => undefined, base }: RuntimeDefaults,
): Pick<Settings, 'key' | 'target' | 'isEndpoint'> {
  const { endpoint } = options
  if (endpoint !== undefined) {
    if (options.apiKey !== undefined) {
      throw new ConfigurationError(
        'Choose one of `endpoint` and `apiKey`: an endpoint has the key, its callers need none',
      )
    }
    return { key: undefined, target: resolveEndpoint(endpoint, base), isEndpoint: true }
  }
  const apiKey = (options.apiKey ?? env('VECTRADE_API_KEY')) || undefined
  const { authScheme = 'auto', allowInsecure = false } = options
  const baseURL = checkBaseURL(
    options.baseURL ?? (env('VECTRADE_BASE_URL') || publicBaseURL),
    allowInsecure,
  )
  return {
    key: apiKey === undefined ? undefined : new KeyHeader(checkKey(apiKey), authScheme),
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
  // Said here, without the key; fetch would put it in its message.
  if (typeof key !== 'string' || !/^[\x21-\x7e]+$/.test(key)) {
    throw new ConfigurationError(
      '`apiKey` must be a string of visible ASCII characters: check it for spaces and line breaks',
    )
  }
  return key
}

function checkBaseURL(baseURL: string, allowInsecure: boolean): string {
  let url
  try {
    url = new URL(baseURL)
  } catch {
    throw new ConfigurationError(
      `\`baseURL\` (or VECTRADE_BASE_URL) must be an absolute URL such as ${publicBaseURL}`,
    )
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ConfigurationError('`baseURL` (or VECTRADE_BASE_URL) must begin with https://')
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new ConfigurationError(
      '`baseURL` (or VECTRADE_BASE_URL) must be without credentials, query and fragment',
    )
  }
  if (url.protocol === 'http:' && !allowInsecure && !isLoopback(url.hostname)) {
    throw new ConfigurationError(
      '`baseURL` would send the key over plain http to another machine: use https, ' +
        'or set `allowInsecure: true` on a network you trust',
    )
  }
  let { href } = url
  while (href.endsWith('/')) href = href.slice(0, -1)
  return href
}

/** @see https://www.rfc-editor.org/rfc/rfc6761#section-6.3 for names under localhost */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  )
}
