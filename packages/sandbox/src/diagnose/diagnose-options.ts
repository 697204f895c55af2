import { validateHeaderName, validateHeaderValue } from 'node:http'
import { checkIsObject } from '../options.ts'
import { checkNoNull } from '../option-checks.ts'
import { acceptedEncodings } from './decoder-of.ts'

/** Options of `diagnoseEndpoint`. All are optional. */
export interface DiagnoseOptions {
  /**
   * How the endpoint is asked. `POST` sends a prompt, as pages ask an endpoint of `createHandler`. `GET` is for
   * live data and other event streams. Default: `POST`.
   */
  method?: 'GET' | 'POST'
  /** The prompt of a `POST`. A long answer shows more than a short one. Default: a question about NVDA. */
  prompt?: string
  /** Headers to send, such as a key or a cookie. They replace the ones that are sent by default. */
  headers?: Readonly<Record<string, string>>
  /**
   * Milliseconds. A `POST` waits this long for the next event. A `GET` is watched this long. Idle limits that are
   * longer are not found. Default: 65,000, because many limits are 60 s.
   */
  idle?: number
  /** Sends keys and cookies over plain http to other machines too. Default: false. */
  allowInsecure?: boolean
  /** Aborting it ends the diagnosis, which then rejects with the signal's reason. */
  signal?: AbortSignal
}

/** The options, checked and with their defaults. */
export interface DiagnoseSettings {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly idle: number
  readonly signal: AbortSignal | undefined
}

const longestIdle = 3_600_000

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError that names the wrong option, and repeats no header
 */
export function resolveDiagnoseOptions(
  url: string | URL,
  options: DiagnoseOptions,
): DiagnoseSettings {
  checkIsObject(options)
  checkNoNull(options)
  const { method = 'POST', prompt = 'Bull case for NVDA?', idle = 65_000, signal } = options
  if (!URL.canParse(url)) throw new TypeError('The URL must be one such as https://example.com/api')
  const target = new URL(url)
  if (!/^https?:$/.test(target.protocol)) {
    throw new TypeError('The URL must begin with http:// or https://')
  }
  if (method !== 'GET' && method !== 'POST') {
    throw new TypeError('`method` must be one of GET, POST')
  }
  if (typeof prompt !== 'string' || prompt.trim() === '') {
    throw new TypeError('`prompt` must be a text')
  }
  if (typeof idle !== 'number' || !(idle >= 1000 && idle <= longestIdle)) {
    throw new TypeError(`\`idle\` must be a number of ms from 1000 to ${longestIdle}`)
  }
  const own = checkHeaders(options.headers ?? {})
  if (!options.allowInsecure) checkSecure(target, own)
  const body = method === 'POST' ? JSON.stringify({ prompt, stream: true }) : undefined
  return { url: target, method, headers: withDefaults(own, body), body, idle, signal }
}

function checkHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const checked: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    } catch {
      // Node's own error repeats the name, which may be a key that was put in the wrong place.
      throw new TypeError('`headers` has a name or a value that cannot be sent')
    }
    checked[name.toLowerCase()] = value
  }
  return checked
}

const secrets = ['authorization', 'x-api-key', 'cookie', 'proxy-authorization']
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

function checkSecure(url: URL, headers: Readonly<Record<string, string>>): void {
  if (url.protocol === 'https:' || loopback.test(url.hostname)) return
  const isSecret = url.password !== '' || secrets.some((name) => name in headers)
  if (!isSecret) return
  throw new TypeError(
    'A key or a cookie would be sent over plain http: use https, or set `allowInsecure` (--allow-insecure)',
  )
}

function withDefaults(
  own: Readonly<Record<string, string>>,
  body: string | undefined,
): Record<string, string> {
  return {
    accept: 'text/event-stream',
    // Without it, nothing compresses.
    'accept-encoding': acceptedEncodings,
    'cache-control': 'no-cache',
    'user-agent': 'vectrade-sandbox-diagnose',
    ...(body !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    }),
    ...own,
  }
}
