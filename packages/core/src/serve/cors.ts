import { responseHeaders } from '../errors/response-headers.ts'
import { checkBoolean, checkOptions, type Checks } from '../lifetime/check-options.ts'
import { isHeaderName } from '../options/headers.ts'
import { checkOrigins } from './page-origin.ts'

/** Allows pages of other origins to call an endpoint. */
export interface Cors {
  /** The allowed origins, as browsers send them, such as `https://app.example.com`. `*` is not supported. */
  origins: readonly string[]
  /** Whether the browser may send cookies with the call. Default false. */
  credentials?: boolean | undefined
}

const corsChecks: Checks<Cors> = { origins: checkOrigins, credentials: checkBoolean }

/** @throws ConfigurationError if an option is wrong, such as an origin that could never match */
export function checkCors(name: string, value: unknown): void {
  const cors = value as Cors
  checkOptions(cors, corsChecks, name)
  checkOrigins(`${name}.origins`, cors.origins)
}

/** The request headers that the SDK's client sends. */
const sentHeaders =
  'Accept, Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID'

/**
 * Adds the headers that allow a page to make its call and to read the response, if its origin is allowed.
 *
 * @param methods the methods that the endpoint serves
 */
export function addCorsHeaders(
  headers: Headers,
  request: Request,
  { origins, credentials }: Cors,
  methods: string,
): void {
  // A cache must not send the response for one origin to another.
  headers.append('vary', 'Origin')
  const origin = request.headers.get('origin')
  if (origin === null || !origins.includes(origin)) return
  headers.set('access-control-allow-origin', origin)
  headers.append('access-control-expose-headers', responseHeaders.join(', '))
  if (credentials) headers.set('access-control-allow-credentials', 'true')
  if (request.method !== 'OPTIONS') return
  headers.set('access-control-allow-methods', methods)
  // An allowed origin may send any header, such as one of a tracer or a proxy.
  const asked = request.headers.get('access-control-request-headers')?.split(',') ?? []
  const names = [sentHeaders, ...asked.map((name) => name.trim()).filter(isHeaderName)]
  headers.set('access-control-allow-headers', names.join(', '))
  // The browser may cache this for ten minutes.
  headers.set('access-control-max-age', '600')
}
