import { type ErrorShape, errorShapes } from './error-body.ts'
import type { Fault } from './faults.ts'
import { type KeyHeader, keyHeaders } from './key-header.ts'
import { type QuotaError, type QuotaRefusal, resolveQuotaError } from './quota-error.ts'
import type { SandboxRequest } from './request-log.ts'
import { type UsageSpelling, usageSpellings } from './usage-spelling.ts'
import { validateFault } from './validate-fault.ts'

/** How long a request body may be unless the options say otherwise. */
export const defaultMaxBodyBytes: number = 2 ** 20

/** The base paths under which VecTrade serves its API, depending on the deployment. */
export const basePaths = ['/v1', '/v1/vq'] as const

/** What both `startSandbox` and `createSandboxHandler` take. Every field is optional. */
export interface SandboxOptions {
  /** The one key that is accepted: `vq_` and at least 8 letters, digits, `_` or `-`. Default: a
   * random one, which Cloudflare Workers can make only while they answer a request. */
  apiKey?: string
  /** The only header in which the key is accepted. A key in the other one does not count: a
   * request without the right header is a 401 with the code `missing_api_key`. Default: `any`. */
  keyHeader?: KeyHeader | 'any'
  /** The only base path it serves, as some deployments do: a client with the other one in its
   * `baseURL` gets a 404. Default: both. */
  basePath?: (typeof basePaths)[number]
  /** Pace of the answers; one token is about a word. Default: 0, as fast as possible. */
  tokensPerSecond?: number
  /** Milliseconds before the first piece of text, or before a JSON answer. Default: 0. */
  timeToFirstToken?: number
  /** The spelling of `usage`: `prompt_tokens` as in the guide, or `promptTokens` as in VecTrade's
   * OpenAPI file. Default: `snake`. */
  usage?: UsageSpelling
  /** Milliseconds of silence after which a stream gets a heartbeat; 0 sends none. Default: 15,000. */
  heartbeat?: number
  /** What goes wrong with requests that have no `X-Sandbox-Fault` header. In a list, the nth fault
   * is for the nth attempt of a call, and attempts past its end work. */
  faults?: Fault | readonly Fault[]
  /** The shape of every error, unless a fault names another one: the sandbox's own refusals and
   * those of faults. Default: `documented`. */
  errorShape?: ErrorShape
  /** Origins whose pages may call the sandbox, such as `http://localhost:5173`; each gets CORS
   * headers. Default: none, every request with a foreign `Origin` is refused. */
  allowedOrigins?: readonly string[]
  /** Names besides those of loopback that `Host` may have, for a handler that is mounted elsewhere;
   * with the port, unless it is the scheme's own. Default: none. */
  allowedHosts?: readonly string[]
  /** Longest prompt, in UTF-16 code units; a longer one is a 422. Default: 32,768. */
  maxPromptLength?: number
  /** Longest request body in bytes; of a longer one no more is read, it is a 413. Default: 1 MiB. */
  maxBodyBytes?: number
  /** Requests per minute before 429 `rate_limit_error`. Default: 100,000. */
  rateLimit?: number
  /** Requests in all before `quotaError`. Default: 1,000,000. */
  quota?: number
  /** The error of requests beyond `quota`. Default: 429 `quota_exceeded`. */
  quotaError?: QuotaError
  /** How many of the last requests `requests` holds. Default: 10,000. */
  maxRequests?: number
  /** Called with the record of each request as it comes in. What it throws becomes a 500. */
  onRequest?: (request: SandboxRequest) => void
}

/** The options with their defaults, checked. */
export interface Settings {
  apiKey: string
  keyHeader: KeyHeader | 'any'
  basePaths: readonly string[]
  tokensPerSecond: number
  timeToFirstToken: number
  usage: UsageSpelling
  heartbeat: number
  faults: Fault | readonly Fault[]
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

/** @throws TypeError on options that are no object */
export function checkIsObject(options: unknown): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  throw new TypeError('The options must be an object such as { tokensPerSecond: 40 }')
}

/**
 * Checks options and fills in what is missing.
 *
 * @throws TypeError that names the option and what it takes.
 */
export function resolveOptions(options: SandboxOptions): Settings {
  checkIsObject(options)
  for (const [name, value] of Object.entries(options)) {
    if (value === null) {
      throw new TypeError(`\`${name}\` must not be null: leave it out for its default`)
    }
  }
  const apiKey = options.apiKey ?? `vq_${crypto.randomUUID().replaceAll('-', '')}`
  if (!/^vq_[\w-]{8,}$/.test(apiKey)) {
    throw new TypeError('`apiKey` must be "vq_" and at least 8 letters, digits, "_" or "-"')
  }
  const list = (name: 'allowedOrigins' | 'allowedHosts'): readonly string[] => {
    const value: unknown = options[name] ?? []
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
    throw new TypeError(`\`${name}\` must be a list of strings`)
  }
  const allowedOrigins = list('allowedOrigins')
  for (const origin of allowedOrigins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new TypeError(`\`allowedOrigins\` takes origins such as "http://localhost:5173"`)
    }
  }
  const number = (name: NumericOption, fallback: number, least = 0): number => {
    const value = options[name] ?? fallback
    if (Number.isFinite(value) && value >= least) return value
    throw new TypeError(`\`${name}\` must be a number, ${least} or more`)
  }
  const choice = <Choice extends string>(
    name: keyof SandboxOptions,
    choices: readonly Choice[],
    fallback: Choice,
  ): Choice => {
    const value = options[name] ?? fallback
    const chosen = choices.find((each) => each === value)
    if (chosen !== undefined) return chosen
    throw new TypeError(`\`${name}\` must be one of ${choices.join(', ')}`)
  }
  if (options.onRequest !== undefined && typeof options.onRequest !== 'function') {
    throw new TypeError('`onRequest` must be a function')
  }
  const faults = options.faults ?? {}
  const errorShape = choice('errorShape', errorShapes, 'documented')
  return {
    apiKey,
    basePaths: options.basePath === undefined ? basePaths : [choice('basePath', basePaths, '/v1')],
    keyHeader: choice('keyHeader', ['any', ...keyHeaders], 'any'),
    tokensPerSecond: number('tokensPerSecond', 0),
    timeToFirstToken: number('timeToFirstToken', 0),
    usage: choice('usage', usageSpellings, 'snake'),
    heartbeat: number('heartbeat', 15_000),
    faults: Array.isArray(faults) ? faults.map(validateFault) : validateFault(faults),
    errorShape,
    allowedOrigins: new Set(allowedOrigins),
    allowedHosts: new Set(list('allowedHosts').map((host) => host.toLowerCase())),
    maxPromptLength: number('maxPromptLength', 32_768, 1),
    maxBodyBytes: number('maxBodyBytes', defaultMaxBodyBytes, 1),
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
