import { type Check, checkThat } from '../lifetime/check-options.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'

export const checkEndpoint: Check = /* @__PURE__ */ checkThat(
  "a string, such as '/api/analyze', or a URL",
  // `instanceof` would not hold for a URL from another realm.
  (value) =>
    (typeof value === 'string' && value !== '') ||
    typeof (value as Partial<URL> | null)?.href === 'string',
)

/**
 * Returns a function that returns the URL of an endpoint, resolved for each call.
 *
 * A server that renders pages creates their clients too. It cannot resolve a relative URL, but it makes no
 * calls either.
 *
 * @param name the name of the option
 * @throws ConfigurationError on a wrong URL, at once if possible, else from the returned function
 */
export function resolveEndpoint(
  name: string,
  endpoint: string | URL,
  base?: () => string | undefined,
): () => string {
  const given = typeof endpoint === 'string' ? endpoint : endpoint.href
  const target = (): string => resolve(name, given, base?.())
  if (base === undefined || base() !== undefined || !isRelative(given)) target()
  return target
}

/** @throws ConfigurationError without the URL, because a password may be part of it */
function resolve(name: string, endpoint: string, base: string | undefined): string {
  let url
  try {
    url = new URL(endpoint, base)
  } catch {
    throw new ConfigurationError(
      `\`${name}\` must be a URL: an absolute one such as https://example.com/api/analyze or, in a page, ` +
        "/api/analyze. For a page or a client component, import '@vectrade/browser'",
    )
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ConfigurationError(`\`${name}\` must be a URL of http or https`)
  }
  if (url.username || url.password) {
    throw new ConfigurationError(
      `\`${name}\` must be without user name and password: fetch refuses them. Use \`headers\`, or ` +
        'cookies in a page',
    )
  }
  // React Native's URL has no setters, and adds a slash to every path before 0.84.
  const href = /^https?:\/\//i.test(endpoint) ? endpoint : url.href
  return href.replace(/#.*/s, '')
}

/** Whether a URL is relative, so that only a page can resolve it. */
function isRelative(endpoint: string): boolean {
  try {
    return new URL(endpoint, 'https://page.example').host === 'page.example'
  } catch {
    return false
  }
}
