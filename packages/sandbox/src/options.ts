import { type ErrorShape, errorShapes } from './error-body.ts'
import type { Fault } from './faults.ts'
import { type KeyHeader, keyHeaders } from './key-header.ts'
import {
  type LiveSettings,
  resolveLiveOptions,
  type SandboxLiveOptions,
} from './live/live-options.ts'
import { checkNoNull, choiceOption, listOption, numberOption } from './option-checks.ts'
import { type QuotaError, type QuotaRefusal, resolveQuotaError } from './quota-error.ts'
import type { SandboxRequest } from './request-log.ts'
import {
  resolveUpstream,
  type UpstreamOptions,
  type UpstreamSettings,
} from './upstream/upstream-options.ts'
import { type UsageSpelling, usageSpellings } from './usage-spelling.ts'
import { validateFault } from './validate-fault.ts'

/** The base paths under which VecTrade's deployments serve the API. */
export const basePaths = ['/v1', '/v1/vq'] as const

/** Options of `startSandbox` and `createSandboxHandler`. All are optional. */
export interface SandboxOptions {
  /** The only key that the sandbox accepts: `vq_` and at least 8 letters, digits, `_` or `-`.
   * Default: a random key. Cloudflare Workers can create a random key only while they handle a
   * request. */
  apiKey?: string
  /** The only header in which the sandbox accepts the key. It ignores a key in the other header. A
   * request without the right header gets a 401 with the code `missing_api_key`. Default: `any`. */
  keyHeader?: KeyHeader | 'any'
  /** The only base path that the sandbox serves, as some deployments do. A request to the other one
   * gets a 404. Default: both are served. */
  basePath?: '/v1' | '/v1/vq'
  /** Speed of the answers. A token is about one word. Default: 0, as fast as possible. */
  tokensPerSecond?: number
  /** Milliseconds before the first piece of text, or before a JSON answer. Default: 0. */
  timeToFirstToken?: number
  /** How `usage` is spelled: `snake` for `prompt_tokens`, as in the guide, or `camel` for
   * `promptTokens`, as in VecTrade's OpenAPI file. Default: `snake`. */
  usage?: UsageSpelling
  /** Milliseconds of silence before a stream sends a heartbeat. 0 sends none. Default: 15,000. */
  heartbeat?: number
  /** The fault of each request without an `X-Sandbox-Fault` header. In a list, the nth fault is for
   * the nth attempt of a call. Attempts after the end of the list work. Default: all requests
   * work. */
  faults?: Fault | readonly Fault[]
  /** A model that answers instead of the simulation. Live data stays simulated. Default: none. */
  upstream?: UpstreamOptions | undefined
  /** Options of the live data. */
  live?: SandboxLiveOptions
  /** The shape of every error that the sandbox sends, unless a fault names another shape. Default:
   * `documented`. */
  errorShape?: ErrorShape
  /** Origins of pages that may call the sandbox, such as `http://localhost:5173`. They get CORS
   * headers. Requests from other pages are refused. Default: none. */
  allowedOrigins?: readonly string[]
  /** `Host` headers to accept besides loopback, for a handler that is mounted elsewhere. Include
   * the port unless it is the scheme's default port. Default: none. */
  allowedHosts?: readonly string[]
  /** Longest prompt, in UTF-16 code units. A longer one gets a 422. Default: 32,768. */
  maxPromptLength?: number
  /** Longest request body, in bytes. A longer one gets a 413 and is not read to its end. Default: 1
   * MiB. */
  maxBodyBytes?: number
  /** Requests per minute. Any more get a 429 `rate_limit_error`. Default: 100,000. */
  rateLimit?: number
  /** Requests in total. Any more get `quotaError`. Default: 1,000,000. */
  quota?: number
  /** The error of requests beyond `quota`. Default: 429 `quota_exceeded`. */
  quotaError?: QuotaError
  /** How many records `requests` keeps. It drops the oldest first. Default: 10,000. */
  maxRequests?: number
  /**
   * Called with the record of each request when it arrives. If it throws, the request gets a 500.
   */
  onRequest?: (request: SandboxRequest) => void
}

/** The options, checked and with their defaults. */
export interface Settings {
  apiKey: string
  keyHeader: KeyHeader | 'any'
  basePaths: readonly string[]
  tokensPerSecond: number
  timeToFirstToken: number
  usage: UsageSpelling
  heartbeat: number
  faults: Fault | readonly Fault[]
  upstream: UpstreamSettings | undefined
  live: LiveSettings
  errorShape: ErrorShape
  allowedOrigins: ReadonlySet<string>
  allowedHosts: ReadonlySet<string>
  maxPromptLength: number
  maxBodyBytes: number
  rateLimit: number
  quota: number
  quotaError: QuotaRefusal
  maxRequests: number
  onRequest: ((request: SandboxRequest) => void) | undefined
}

/** @throws TypeError if the options are not an object */
export function checkIsObject(options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  throw new TypeError('The options must be an object such as { tokensPerSecond: 40 }')
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError that names the invalid option and what it accepts
 */
export function resolveOptions(options: SandboxOptions): Settings {
  checkIsObject(options)
  checkNoNull(options)
  const apiKey = options.apiKey ?? `vq_${crypto.randomUUID().replaceAll('-', '')}`
  if (!/^vq_[\w-]{8,}$/.test(apiKey)) {
    throw new TypeError('`apiKey` must be "vq_" and at least 8 letters, digits, "_" or "-"')
  }
  const allowedOrigins = listOption('allowedOrigins', options.allowedOrigins ?? [])
  for (const origin of allowedOrigins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new TypeError(`\`allowedOrigins\` takes origins such as "http://localhost:5173"`)
    }
  }
  const number = (name: NumericOption, fallback: number, least = 0): number =>
    numberOption(name, options[name], fallback, least)
  if (options.onRequest !== undefined && typeof options.onRequest !== 'function') {
    throw new TypeError('`onRequest` must be a function')
  }
  const faults = options.faults ?? {}
  const errorShape = choiceOption('errorShape', options.errorShape, errorShapes, 'documented')
  return {
    apiKey,
    basePaths:
      options.basePath === undefined
        ? basePaths
        : [choiceOption('basePath', options.basePath, basePaths, '/v1')],
    keyHeader: choiceOption('keyHeader', options.keyHeader, ['any', ...keyHeaders], 'any'),
    tokensPerSecond: number('tokensPerSecond', 0),
    timeToFirstToken: number('timeToFirstToken', 0),
    usage: choiceOption('usage', options.usage, usageSpellings, 'snake'),
    heartbeat: number('heartbeat', 15_000),
    faults: Array.isArray(faults) ? faults.map(validateFault) : validateFault(faults),
    upstream: resolveUpstream(options.upstream),
    live: resolveLiveOptions(options.live),
    errorShape,
    allowedOrigins: new Set(allowedOrigins),
    allowedHosts: new Set(
      listOption('allowedHosts', options.allowedHosts ?? []).map((host) => host.toLowerCase()),
    ),
    maxPromptLength: number('maxPromptLength', 32_768, 1),
    maxBodyBytes: number('maxBodyBytes', 2 ** 20, 1),
    rateLimit: number('rateLimit', 100_000),
    quota: number('quota', 1_000_000),
    quotaError: resolveQuotaError(options.quotaError ?? {}, errorShape),
    maxRequests: number('maxRequests', 10_000),
    onRequest: options.onRequest,
  }
}

type NumericOption = {
  [Name in keyof SandboxOptions]-?: NonNullable<SandboxOptions[Name]> extends number ? Name : never
}[keyof SandboxOptions]
