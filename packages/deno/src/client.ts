import { type Fetch, VecTrade as CoreVecTrade, type VecTradeOptions } from '@vectrade/core'
import { checkFunction, checkOptions, type RuntimeDefaults, withRuntime } from '@vectrade/core/adapter'
import { withAdvice } from './permission.ts'

/**
 * A client of VecTrade's AI stock analysis, for Deno.
 *
 * The key comes from the option `apiKey` or the environment's `VECTRADE_API_KEY`, the base URL from
 * `baseURL` or `VECTRADE_BASE_URL`. A variable whose option is given is not read, and needs no
 * permission; nor does the base URL's where the key is given. Calls need `--allow-net` for the host.
 *
 * @throws ConfigurationError on a wrong option, or where Deno may not read the environment. Calls fail
 *   with it where there is no key, or where Deno may not connect. It names the flag.
 * @example
 * ```ts
 * import { VecTrade } from '@vectrade/deno'
 *
 * using client = new VecTrade({ apiKey: 'vq_example' })
 * console.log(JSON.stringify(client).includes('vq_example')) // false
 * ```
 */
export class VecTrade extends CoreVecTrade {
  constructor(options?: VecTradeOptions)
  /** @internal */
  constructor(options?: VecTradeOptions, runtime?: RuntimeDefaults)
  constructor(options: VecTradeOptions = {}, runtime: RuntimeDefaults = {}) {
    // Before it is read here: the others are checked by core.
    checkOptions<Pick<VecTradeOptions, 'fetch'>>(options, { fetch: checkFunction })
    super(
      ...withRuntime(
        { ...options, fetch: fetchWithAdvice(options.fetch) },
        { name: 'deno', env: (name) => readVariable(name, options), ...runtime },
      ),
    )
  }
}

function readVariable(name: string, { apiKey }: VecTradeOptions): string | undefined {
  // Missing on other runtimes, where importing this package must do no harm.
  const { Deno } = globalThis as { Deno?: { env: { get(name: string): string | undefined } } }
  try {
    return Deno?.env.get(name)
  } catch (error) {
    const advice = withAdvice(
      error,
      `read the environment variable ${name}`,
      '--allow-env=VECTRADE_API_KEY,VECTRADE_BASE_URL',
      ', or pass the options `apiKey` and `baseURL`',
    )
    // Who passes the key and denies the environment has said that nothing is configured there, and
    // --allow-net still has to name the public host. Who has the key there may well have its host
    // there too: asking the public API instead would send the key to the wrong one.
    if (advice !== error && apiKey !== undefined) return undefined
    throw advice
  }
}

/** Not a ConnectionError: trying again does not help, and the flag does. */
function fetchWithAdvice(fetch: Fetch = (url, init) => globalThis.fetch(url, init)): Fetch {
  return async (url, init) => {
    try {
      return await fetch(url, init)
    } catch (error) {
      const { host } = new URL(url)
      throw withAdvice(error, `connect to ${host}`, `--allow-net=${host}`)
    }
  }
}
