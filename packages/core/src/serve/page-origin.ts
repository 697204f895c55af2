import { type Check, checkThat } from '../lifetime/check-options.ts'

/** The options of a handler that allow origins. */
export interface Origins {
  cors?: { readonly origins: readonly string[] } | undefined
  publicOrigin?: string | readonly string[] | undefined
}

/**
 * Whether a request comes from a page of the endpoint's own origin, from a page of an allowed origin, or
 * from a program that is not a page.
 *
 * Browsers send `Sec-Fetch-Site`, which says whether the page has the same origin. Pages cannot forge it.
 * Browsers leave it out over plain http, except to the same machine. If it is missing, `Origin` must be one of
 * `publicOrigin`. If that option is missing too, `Origin` must have the host of the request's URL.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isAllowedOrigin(request: Request, { cors, publicOrigin }: Origins): boolean {
  const origin = request.headers.get('origin')
  if (origin !== null && cors?.origins.includes(origin)) return true
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  if (origin === null) return true
  // The scheme is not compared, because a proxy may have changed it.
  if (publicOrigin === undefined) return isHostOf(origin, new URL(request.url).host)
  return [publicOrigin].flat().includes(origin)
}

/** Tells the developer of a refused page which option to set. */
export const originRefused: string =
  'Pages of this origin may not call this endpoint. If the page belongs to the endpoint and a proxy ' +
  'changes `Host`, set the option `publicOrigin` of the handler to the origin in the address ' +
  'bar. If the page belongs to another site, add its origin to `cors.origins`'

const anOrigin =
  "as browsers send it, such as 'https://example.com': no path or slash after the host, no *"

/** Checks for an array of origins. */
export const checkOrigins: Check = /* @__PURE__ */ checkThat(
  `an array of origins, each ${anOrigin}`,
  (value) => Array.isArray(value) && value.every(isOrigin),
)

/** Checks for one origin or an array of origins. */
export const checkPublicOrigin: Check = /* @__PURE__ */ checkThat(
  `an origin ${anOrigin}; or an array of them`,
  (value) => [value].flat().every(isOrigin),
)

function isOrigin(value: unknown): boolean {
  try {
    // A URL with an app's own scheme has the origin 'null'.
    return typeof value === 'string' && (new URL(value).origin === value || isAppOrigin(value))
  } catch {
    return false
  }
}

/** Whether a value is the origin of an app, such as `capacitor://localhost`. */
function isAppOrigin(value: string): boolean {
  return /^(?!https?:)[a-z][a-z\d+.-]*:\/\/[\w.-]+$/.test(value)
}

function isHostOf(origin: string, host: string): boolean {
  try {
    const { host: own, protocol } = new URL(origin)
    // A proxy may add the default port of the page's scheme.
    return own === new URL(`${protocol}//${host}`).host
  } catch {
    return false
  }
}
