import { ConfigurationError } from '../errors/configuration-error.ts'

/** Which pages of other origins may call an endpoint. */
export interface Cors {
  /** Origins as browsers send them, such as `https://app.example.com`. There is no `*`. */
  origins: readonly string[]
  /** Whether cookies may come with the call. Default false. */
  credentials?: boolean | undefined
}

/** @throws ConfigurationError on what is no origin, and would match none */
export function checkCors({ origins }: Cors): void {
  if (Array.isArray(origins) && origins.every(isOrigin)) return
  throw new ConfigurationError(
    "`cors.origins` must be an array of origins as browsers send them, such as 'https://example.com': " +
      'no path or slash behind the host, no *',
  )
}

function isOrigin(value: unknown): boolean {
  try {
    // The scheme of an app's own pages may be another, and has no origin for URL.
    return typeof value === 'string' && (new URL(value).origin === value || isAppOrigin(value))
  } catch {
    return false
  }
}

/** Such as `capacitor://localhost`. */
function isAppOrigin(value: string): boolean {
  return /^(?!https?:)[a-z][a-z\d+.-]*:\/\/[\w.-]+$/.test(value)
}

/**
 * Whether a request comes from the endpoint's own origin, from an allowed one, or from no page.
 *
 * Browsers say so in `Sec-Fetch-Site`, which no page can forge; where that is missing, `Origin` is
 * compared with the address asked for.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isAllowedOrigin(request: Request, cors: Cors | undefined): boolean {
  const origin = request.headers.get('origin')
  if (origin !== null && cors?.origins.includes(origin)) return true
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  return origin === null || hostOf(origin) === new URL(request.url).host
}

/** The headers that let an allowed page read the answer; of them only `vary` for anybody else. */
export function corsHeaders(request: Request, cors: Cors | undefined): Record<string, string> {
  if (cors === undefined) return {}
  const origin = request.headers.get('origin')
  // A cache must not give one origin's answer to another.
  if (origin === null || !cors.origins.includes(origin)) return { vary: 'Origin' }
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'Retry-After, X-VecTrade-Stream-Id',
    ...(cors.credentials ? { 'access-control-allow-credentials': 'true' } : {}),
  }
}

/** What a browser asks before a call to another origin, and may keep for ten minutes. */
export const preflightHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'POST, GET, DELETE',
  'access-control-allow-headers':
    'Accept, Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID',
  'access-control-max-age': '600',
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
