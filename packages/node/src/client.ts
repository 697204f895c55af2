import { VecTrade as CoreVecTrade, type VecTradeOptions } from '@vectrade/core'
import { defaultFetch } from './default-fetch.ts'
import { toCause } from './node-error.ts'

/**
 * A client of VecTrade's AI stock analysis, for Node and Bun.
 *
 * The key comes from the option `apiKey` or `VECTRADE_API_KEY`, the base URL from `baseURL` or
 * `VECTRADE_BASE_URL`.
 *
 * @throws ConfigurationError on a wrong option; the first call throws it where there is no key
 * @example
 * ```ts
 * import { VecTrade } from '@vectrade/node'
 *
 * const client = new VecTrade()
 * for await (const event of client.ai.stream("What's the bull case for NVDA?")) {
 *   process.stdout.write(event.content)
 * }
 * ```
 */
export class VecTrade extends CoreVecTrade {
  constructor(options: VecTradeOptions = {}) {
    // The global: to import `node:process` opens its standard streams, a sixth of this package's import.
    super(options, {
      name: process.versions['bun'] ? 'bun' : 'node',
      env: (name) => process.env[name],
      fetch: defaultFetch(),
      toCause,
    })
  }
}
