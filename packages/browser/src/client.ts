import {
  ConfigurationError,
  type RuntimeDefaults,
  VecTrade as CoreVecTrade,
  type VecTradeOptions,
} from '@vectrade/core'

/** How a page reaches VecTrade: by an endpoint of its own site, which has the key. */
export interface BrowserOptions extends VecTradeOptions {
  /**
   * What is asked in place of VecTrade: a route of yours that `createHandler` serves. Resolved
   * against the page as `fetch` does it; a fragment is dropped. Where there is no page, as in a
   * render on the server, a client can be made, but only an absolute one can be asked.
   */
  endpoint?: string | URL | undefined
  /** Whether cookies go along: `include` sends them to other origins too. Default `same-origin`. */
  credentials?: 'same-origin' | 'include' | 'omit' | undefined
  /**
   * Allows `apiKey`, which everybody who can open the page can then read and use. For tools that
   * only you open. Default false.
   */
  dangerouslyAllowBrowser?: boolean | undefined
}

/**
 * A client of VecTrade's AI stock analysis, for pages and their workers. It asks an endpoint of the
 * page's own site and has no key; `createHandler` of the server's package makes such an endpoint.
 *
 * `analyze()` waits for the end of the stream: the endpoint only streams. `VECTRADE_API_KEY` and
 * `VECTRADE_BASE_URL` are not looked up. Redirects of the endpoint are followed as the browser does.
 *
 * @throws ConfigurationError on a missing endpoint, a key, or a wrong option
 * @example
 * ```ts
 * import { VecTrade } from '@vectrade/browser'
 *
 * const client = new VecTrade({ endpoint: '/api/analyze' })
 * for await (const event of client.ai.stream("What's the bull case for NVDA?")) {
 *   console.log(event.content)
 * }
 * ```
 */
export class VecTrade extends CoreVecTrade {
  constructor(options: BrowserOptions = {}) {
    super(options, runtimeOf(options))
  }
}

function runtimeOf(options: BrowserOptions): RuntimeDefaults {
  const { endpoint, apiKey, credentials = 'same-origin' } = options
  if (!['same-origin', 'include', 'omit'].includes(credentials)) {
    throw new ConfigurationError("`credentials` must be 'same-origin', 'include' or 'omit'")
  }
  // Browsers set the User-Agent themselves; a page's own would cost a preflight where it is sent.
  const name = false
  if (endpoint) {
    if (apiKey !== undefined) {
      throw new ConfigurationError(
        'Choose one of `endpoint` and `apiKey`: an endpoint has the key, the page needs none',
      )
    }
    // What a server renders makes its clients as well, and a mistake is to be heard of there.
    if (baseOf() !== undefined || !isRelative(endpoint)) resolve(endpoint)
    const requestInit = { credentials, redirect: 'follow' } as const
    return { name, endpoint: () => resolve(endpoint), requestInit }
  }
  if (apiKey === undefined) {
    throw new ConfigurationError(
      "No endpoint: pass the option `endpoint`, as in new VecTrade({ endpoint: '/api/analyze' }). " +
        'It is a route of your server, which has the key; createHandler makes one',
    )
  }
  if (options.dangerouslyAllowBrowser !== true) {
    throw new ConfigurationError(
      'Everybody who opens the page can read `apiKey` and spend your quota: keep the key on your ' +
        'server and pass `endpoint`, a route that createHandler makes. If nobody else can open the ' +
        'page, set `dangerouslyAllowBrowser: true`',
    )
  }
  return { name, requestInit: { credentials } }
}

/** The URL that `fetch` would ask, without naming what was given: it may have a password in it. */
function resolve(endpoint: string | URL): string {
  let url
  try {
    url = new URL(endpoint, baseOf())
  } catch {
    throw new ConfigurationError(
      '`endpoint` must be a URL such as /api/analyze; where there is no page of http(s), an ' +
        'absolute one such as https://example.com/api/analyze',
    )
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ConfigurationError('`endpoint` must be a URL of http or https')
  }
  if (url.username || url.password) {
    throw new ConfigurationError(
      '`endpoint` must be without user name and password: fetch refuses them. Use cookies and ' +
        '`credentials`',
    )
  }
  url.hash = ''
  return url.href
}

/** What `fetch` resolves against; undefined where there is no page and no worker of one. */
function baseOf(): string | undefined {
  const { document, location } = globalThis as {
    document?: { baseURI?: string }
    location?: { href?: string }
  }
  return document?.baseURI ?? location?.href
}

/** Whether only a page could make a URL of it. */
function isRelative(endpoint: string | URL): boolean {
  try {
    return new URL(endpoint, 'https://page.example').host === 'page.example'
  } catch {
    return false
  }
}
