import type { Settings } from './options.ts'
import { Refusal } from './refusal.ts'
import { headerName } from './validate-fault.ts'

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::(\d+))?$/

/**
 * Refuses requests from pages on other sites. Such a page can let its own host name point to this
 * machine (DNS rebinding). Only the `Host` header shows that.
 *
 * @throws Refusal with status 403
 */
export function checkSource(
  request: Request,
  settings: Settings,
  localPort: number | undefined,
): void {
  const host = (request.headers.get('host') ?? new URL(request.url).host).toLowerCase()
  const port = loopback.exec(host)
  const own = port !== null && (localPort === undefined || Number(port[1] ?? 80) === localPort)
  if (!own && !settings.allowedHosts.has(host)) {
    throw new Refusal(403, 'This sandbox answers only to its own address: check the Host header')
  }
  const origin = request.headers.get('origin')
  if (origin === null || settings.allowedOrigins.has(origin)) return
  if (origin === `http://${host}`) return
  throw new Refusal(
    403,
    'This sandbox does not answer pages of this Origin: add it to allowedOrigins (--allow-origin)',
  )
}

/**
 * Refuses a request unless it has the sandbox's key in a header that the sandbox accepts.
 *
 * @throws Refusal with status 401. The message does not repeat what was sent.
 */
export function checkKey(
  headers: Headers,
  { apiKey, keyHeader }: Pick<Settings, 'apiKey' | 'keyHeader'>,
): void {
  const authorization = keyHeader === 'x-api-key' ? null : headers.get('authorization')
  const bearer = authorization === null ? null : /^Bearer +(\S+)$/i.exec(authorization)
  if (authorization !== null && bearer === null) {
    throw invalidKey('The Authorization header must read "Bearer <key>"')
  }
  const key = bearer?.[1] ?? (keyHeader === 'bearer' ? null : headers.get('x-api-key'))
  if (key === null) throw new Refusal(401, missingKey[keyHeader], { code: 'missing_api_key' })
  if (!/^vq_[\w-]+$/.test(key)) throw invalidKey('Malformed API key: keys begin with "vq_"')
  if (key !== apiKey) {
    throw invalidKey('Unknown API key: the sandbox accepts only the key it was started with')
  }
}

const missingKey = {
  any: 'No API key: send "X-API-Key: <key>" or "Authorization: Bearer <key>"',
  'x-api-key': 'No API key: this sandbox takes it only in "X-API-Key: <key>"',
  bearer: 'No API key: this sandbox takes it only in "Authorization: Bearer <key>"',
}

function invalidKey(message: string): Refusal {
  return new Refusal(401, message, { code: 'invalid_api_key' })
}

const exposedHeaders =
  'x-request-id, x-vq-ratelimit-limit, x-vq-ratelimit-remaining, x-vq-ratelimit-reset, ' +
  'x-vq-quota-limit, x-vq-quota-remaining, retry-after, retry-after-ms, x-should-retry, ' +
  'idempotent-replayed'

/** Returns the CORS headers of an answer. There are none unless the request's origin is allowed. */
export function corsHeaders(request: Request, settings: Settings): Record<string, string> {
  const origin = request.headers.get('origin')
  if (origin === null || !settings.allowedOrigins.has(origin)) return {}
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': exposedHeaders,
    vary: 'Origin',
  }
}

/**
 * Returns the headers of the answer to a preflight, or `undefined` if the request is not one.
 *
 * @param method the one that the path allows
 */
export function preflightHeaders(
  request: Request,
  method: 'GET' | 'POST',
): Record<string, string> | undefined {
  if (request.method !== 'OPTIONS' || !request.headers.has('access-control-request-method')) {
    return undefined
  }
  // Clients send other headers too, such as `traceparent`. A list cannot name all of them.
  const asked = (request.headers.get('access-control-request-headers') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => headerName.test(name))
  return {
    'access-control-allow-methods': method,
    ...(asked.length > 0 && { 'access-control-allow-headers': asked.join(', ') }),
    'access-control-max-age': '600',
  }
}
