import { checkBoolean, checkOptions, type Checks } from '../lifetime/check-options.ts'
import { isHeaderName } from '../options/headers.ts'
import { checkOrigins } from './page-origin.ts'

/** Which pages of other origins may call an endpoint. */
export interface Cors {
  /** Origins as browsers send them, such as `https://app.example.com`. There is no `*`. */
  origins: readonly string[]
  /** Whether cookies may come with the call. Default false. */
  credentials?: boolean | undefined
}

const corsChecks: Checks<Cors> = { origins: checkOrigins, credentials: checkBoolean }

/** @throws ConfigurationError on what is no origin, and would match none */
export function checkCors(name: string, value: unknown): void {
  const cors = value as Cors
  checkOptions(cors, corsChecks, name)
  checkOrigins(`${name}.origins`, cors.origins)
}

/** The headers that the SDK's client reads, besides those that every page may read. */
const exposedHeaders =
  'Retry-After, Retry-After-Ms, X-Request-Id, X-Should-Retry, X-VecTrade-Stream-Id, ' +
  'X-VQ-RateLimit-Limit, X-VQ-RateLimit-Remaining, X-VQ-RateLimit-Reset, ' +
  'X-VQ-Quota-Limit, X-VQ-Quota-Remaining'

/** The headers that the SDK's client sends. */
const sentHeaders =
  'Accept, Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID'

/** Adds what lets a page of an allowed origin make its call and read the answer. */
export function addCorsHeaders(
  headers: Headers,
  request: Request,
  { origins, credentials }: Cors,
): void {
  // A cache must not give one origin's answer to another.
  headers.append('vary', 'Origin')
  const origin = request.headers.get('origin')
  if (origin === null || !origins.includes(origin)) return
  headers.set('access-control-allow-origin', origin)
  headers.append('access-control-expose-headers', exposedHeaders)
  if (credentials) headers.set('access-control-allow-credentials', 'true')
  if (request.method !== 'OPTIONS') return
  headers.set('access-control-allow-methods', 'POST, GET, DELETE')
  // An origin that may ask may do so with any header: its own, a tracer's, a proxy's.
  const asked = request.headers.get('access-control-request-headers')?.split(',') ?? []
  const names = [sentHeaders, ...asked.map((name) => name.trim()).filter(isHeaderName)]
  headers.set('access-control-allow-headers', names.join(', '))
  // Seconds that the browser may remember this for.
  headers.set('access-control-max-age', '600')
}
