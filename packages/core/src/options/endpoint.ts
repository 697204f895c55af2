import { type Check, checkThat } from '../lifetime/check-options.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'

export const checkEndpoint: Check = /* @__PURE__ */ checkThat(
  "a string, such as '/api/analyze', or a URL",
  // Without `instanceof`, because a URL may come from another realm.
  (value) =>
    (typeof value === 'string' && value !== '') ||
    typeof (value as Partial<URL> | null)?.href === 'string',
)

/**
 * The URL of an endpoint, as `fetch` would ask it, for each call anew: a server that renders pages
 * makes their clients as well, where a relative one cannot be resolved, nor is it ever asked.
 *
 * @throws ConfigurationError on a wrong one, at once where that can be told
 */
export function resolveEndpoint(
  endpoint: string | URL,
  base?: () => string | undefined,
): () => string {
  const given = typeof endpoint === 'string' ? endpoint : endpoint.href
  const target = (): string => resolve(given, base?.())
  if (base === undefined || base() !== undefined || !isRelative(given)) target()
  return target
}

/** Never names what was given: it may have a password in it. */
function resolve(endpoint: string, base: string | undefined): string {
  let url
  try {
    url = new URL(endpoint, base)
  } catch {
    throw new ConfigurationError(
      '`endpoint` must be a URL: an absolute one such as https://example.com/api/analyze or, in a page, ' +
        "/api/analyze. For a page or a client component, import '@vectrade/browser'",
    )
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ConfigurationError('`endpoint` must be a URL of http or https')
  }
  if (url.username || url.password) {
    throw new ConfigurationError(
      '`endpoint` must be without user name and password: fetch refuses them. Use `headers`, or ' +
        'cookies in a page',
    )
  }
  // React Native's URL has no setters, and adds a slash to every path before 0.84.
  const href = /^https?:\/\//i.test(endpoint) ? endpoint : url.href
  return href.replace(/#.*/s, '')
}

/** Whether only a page could make a URL of it. */
function isRelative(endpoint: string): boolean {
  try {
    return new URL(endpoint, 'https://page.example').host === 'page.example'
  } catch {
    return false
  }
}
