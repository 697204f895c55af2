import { ConfigurationError } from '../errors/configuration-error.ts'

/** The rules for the URL of a VecTrade server. */
interface URLRules {
  /** The option and the environment variable, for messages. */
  readonly names: string
  readonly default: string
  /** The protocols. An insecure one needs `allowInsecure`, except for this machine. */
  readonly secure: readonly string[]
  readonly insecure: readonly string[]
}

export const baseURLRules: URLRules = {
  names: '`baseURL` (or VECTRADE_BASE_URL)',
  default: 'https://api.vectrade.io/v1',
  secure: ['https:'],
  insecure: ['http:'],
}

export const liveURLRules: URLRules = {
  names: '`liveURL` (or VECTRADE_LIVE_URL)',
  default: 'wss://ws.vectrade.io',
  secure: ['wss:', 'https:'],
  insecure: ['ws:', 'http:'],
}

/**
 * Returns the URL of a server without slashes at its end.
 *
 * @throws ConfigurationError on a URL that cannot be used, or to which a key must not be sent
 */
export function checkServerURL(rules: URLRules, given: string, allowInsecure: boolean): string {
  const { names, secure, insecure } = rules
  const [, protocol = ''] = /^([a-z]+:)/i.exec(given) ?? []
  const isInsecure = insecure.includes(protocol.toLowerCase())
  let url
  try {
    // Some versions of URL, such as React Native's, parse only the URLs of http.
    url = new URL(given.replace(/^ws/i, 'http'))
  } catch {
    throw new ConfigurationError(`${names} must be an absolute URL such as ${rules.default}`)
  }
  if (!isInsecure && !secure.includes(protocol.toLowerCase())) {
    throw new ConfigurationError(`${names} must begin with ${secure.join('// or ')}//`)
  }
  // `search` and `hash` are empty if nothing follows the `?` or the `#`.
  if (url.username || url.password || /[?#]/.test(url.href)) {
    throw new ConfigurationError(`${names} must be without credentials, query and fragment`)
  }
  if (isInsecure && !allowInsecure && !isLoopback(url.hostname)) {
    throw new ConfigurationError(
      `${names} would send the key over plain ${protocol.slice(0, -1)} to another machine: ` +
        `use ${secure[0]}//, or set \`allowInsecure: true\` on a network you trust`,
    )
  }
  let href = /^ws/i.test(given) ? url.href.replace(/^http/, 'ws') : url.href
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
