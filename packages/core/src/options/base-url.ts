import { ConfigurationError } from '../errors/configuration-error.ts'

export const publicBaseURL = 'https://api.vectrade.io/v1'

/**
 * Returns a base URL without slashes at its end.
 *
 * @throws ConfigurationError on a URL that cannot be used, or to which a key must not be sent
 */
export function checkBaseURL(baseURL: string, allowInsecure: boolean): string {
  let url
  try {
    url = new URL(baseURL)
  } catch {
    throw new ConfigurationError(
      `\`baseURL\` (or VECTRADE_BASE_URL) must be an absolute URL such as ${publicBaseURL}`,
    )
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ConfigurationError('`baseURL` (or VECTRADE_BASE_URL) must begin with https://')
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new ConfigurationError(
      '`baseURL` (or VECTRADE_BASE_URL) must be without credentials, query and fragment',
    )
  }
  if (url.protocol === 'http:' && !allowInsecure && !isLoopback(url.hostname)) {
    throw new ConfigurationError(
      '`baseURL` would send the key over plain http to another machine: use https, ' +
        'or set `allowInsecure: true` on a network you trust',
    )
  }
  let { href } = url
  while (href.endsWith('/')) href = href.slice(0, -1)
  return href
}

/**
 * Whether a host is this machine.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6761#section-6.3 for names under localhost
 */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  )
}
