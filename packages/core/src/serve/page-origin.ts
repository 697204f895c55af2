import { type Check, checkThat } from '../lifetime/check-options.ts'

/** The origins that a request is judged by. */
export interface Origins {
  cors?: { readonly origins: readonly string[] } | undefined
  publicOrigin?: string | readonly string[] | undefined
}

/**
 * Whether a request comes from a page of the endpoint's own, from one of an allowed origin, or from no
 * page.
 *
 * Browsers say in `Sec-Fetch-Site` whether it is a page of the same origin, and no page can forge that.
 * Over plain http to anything but this machine they leave it out. Then `Origin` has to be the endpoint's
 * own origin: `publicOrigin`, or else the address that was asked, as `Host` has it.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isAllowedOrigin(request: Request, { cors, publicOrigin }: Origins): boolean {
  const origin = request.headers.get('origin')
  if (origin !== null && cors?.origins.includes(origin)) return true
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  if (origin === null) return true
  // Without its scheme, which a proxy may have changed.
  if (publicOrigin === undefined) return isHostOf(origin, new URL(request.url).host)
  return [publicOrigin].flat().includes(origin)
}

/** Says what to set for a refused page, whichever it is. */
export const originRefused: string =
  'Pages of this origin may not call this endpoint. If the page belongs to it, and a proxy ' +
  'changes `Host`, set the option `publicOrigin` of createHandler to the origin in the address ' +
  "bar. If the page is another site's, name its origin in `cors.origins`"

const anOrigin =
  "as browsers send it, such as 'https://example.com': no path or slash after the host, no *"

export const checkOrigins: Check = /* @__PURE__ */ checkThat(
  `an array of origins, each ${anOrigin}`,
  (value) => Array.isArray(value) && value.every(isOrigin),
)

export const checkPublicOrigin: Check = /* @__PURE__ */ checkThat(
  `an origin ${anOrigin}; or an array of such`,
  (value) => [value].flat().every(isOrigin),
)

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

function isHostOf(origin: string, host: string): boolean {
  try {
    const { host: own, protocol } = new URL(origin)
    // A proxy may name the port that the scheme of the page has anyway.
    return own === new URL(`${protocol}//${host}`).host
  } catch {
    return false
  }
}
