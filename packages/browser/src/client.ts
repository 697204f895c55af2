import {
  ConfigurationError,
  type FetchCredentials,
  type NoEventTypes,
  VecTrade as CoreVecTrade,
  type EventTypes,
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

/** The options of a client in a page. The page calls an `endpoint` of its own site, which has the key. */
export interface BrowserOptions<
  Types extends EventTypes = NoEventTypes,
> extends VecTradeOptions<Types> {
  /** Whether to send cookies. `include` also sends them to other origins. Default `same-origin`. */
  credentials?: FetchCredentials | undefined
  /**
   * Allows the option `apiKey`. Anyone who can open the page can then read and use the key, so set this
   * only for tools that no one else can open. Default false.
   */
  dangerouslyAllowBrowser?: boolean | undefined
}

/**
 * A client for VecTrade's AI stock analysis in pages and their workers.
 *
 * The client has no key. It calls an endpoint of the page's own site, which `createHandler` of the server
 * packages makes. `VECTRADE_API_KEY` and `VECTRADE_BASE_URL` are not read.
 *
 * If the endpoint has a `store`, the client resumes a stream after its connection was cut, even if the page
 * was offline or in the background in the meantime. After a reload, pass `stream.id` to `ai.resume()`.
 *
 * The endpoint only streams, so `analyze()` waits for the end of the stream. A redirect is an error: the
 * prompt would be sent to its target, and browsers do not tell a page what the target is.
 *
 * @throws ConfigurationError if the endpoint is missing, an option is invalid, or a key is passed without
 *   `dangerouslyAllowBrowser`
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
export class VecTrade<const Types extends EventTypes = NoEventTypes> extends CoreVecTrade<Types> {
  constructor(options: BrowserOptions<Types> = {}) {
    super(...withRuntime(options, runtimeOf(options)))
  }
}

/** Core checks the other options. `runtimeOf` refuses a key. */
const ownChecks: Checks<Pick<BrowserOptions, 'credentials'>> = {
  credentials: /* @__PURE__ */ checkThat("'same-origin', 'include' or 'omit'", (value) =>
    ['same-origin', 'include', 'omit'].includes(value as string),
  ),
}

function runtimeOf(options: BrowserOptions): RuntimeDefaults {
  checkOptions(options, ownChecks)
  const { endpoint, apiKey, credentials = 'same-origin' } = options
  // Browsers set the User-Agent themselves. If a page set one, it could cause a preflight request.
  const name = false
  if (endpoint) return { name, base: baseOf, network, credentials }
  if (apiKey === undefined) {
    throw new ConfigurationError(
      "No endpoint: pass the option `endpoint`, as in new VecTrade({ endpoint: '/api/analyze' }). " +
        'The endpoint is a route of your server, which has the key. createHandler makes one',
    )
  }
  if (options.dangerouslyAllowBrowser !== true) {
    throw new ConfigurationError(
      'Anyone who opens the page can read `apiKey` and use your quota. Keep the key on your server and ' +
        'pass `endpoint`, a route that createHandler makes. If no one else can open the page, set ' +
        '`dangerouslyAllowBrowser: true`',
    )
  }
  return { name, credentials }
}

/** Returns the base URL of the page or worker, as `fetch` uses it. Returns undefined on a server. */
function baseOf(): string | undefined {
  const { document, location } = globalThis as {
    document?: { baseURI?: string }
    location?: { href?: string }
  }
  return document?.baseURI ?? location?.href
}
