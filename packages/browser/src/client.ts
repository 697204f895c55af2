import {
  ConfigurationError,
  type FetchCredentials,
  VecTrade as CoreVecTrade,
  type VecTradeOptions,
} from '@vectrade/core'
import {
  checkOptions,
  type Checks,
  checkThat,
  type RuntimeDefaults,
  withRuntime,
} from '@vectrade/core/adapter'
import { network } from './network.ts'

/** How a page reaches VecTrade: by an `endpoint` of its own site, which has the key. */
export interface BrowserOptions extends VecTradeOptions {
  /** Whether cookies go along: `include` sends them to other origins too. Default `same-origin`. */
  credentials?: FetchCredentials | undefined
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
 * A stream that the endpoint keeps (its `store`) is read on after a cut, offline or asleep in the
 * background meanwhile; `stream.id` and `ai.resume()` take it up after a reload.
 *
 * `analyze()` waits for the end of the stream: the endpoint only streams. `VECTRADE_API_KEY` and
 * `VECTRADE_BASE_URL` are not looked up. A redirect is an error: browsers do not say where it leads, and
 * the prompt would go there.
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
    super(...withRuntime(options, runtimeOf(options)))
  }
}

/** Core checks the other options; a key is refused where it is read. */
const ownChecks: Checks<Pick<BrowserOptions, 'credentials'>> = {
  credentials: /* @__PURE__ */ checkThat("'same-origin', 'include' or 'omit'", (value) =>
    ['same-origin', 'include', 'omit'].includes(value as string),
  ),
}

function runtimeOf(options: BrowserOptions): RuntimeDefaults {
  checkOptions(options, ownChecks)
  const { endpoint, apiKey, credentials = 'same-origin' } = options
  // Browsers set the User-Agent themselves; a page's own would cost a preflight where it is sent.
  const name = false
  if (endpoint) return { name, base: baseOf, network, credentials }
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
  return { name, credentials }
}

/** What `fetch` resolves against; undefined where there is no page and no worker of one. */
function baseOf(): string | undefined {
  const { document, location } = globalThis as {
    document?: { baseURI?: string }
    location?: { href?: string }
  }
  return document?.baseURI ?? location?.href
}
