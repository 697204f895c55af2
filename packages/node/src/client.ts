import {
  type EventTypes,
  type NoEventTypes,
  VecTrade as CoreVecTrade,
  type VecTradeOptions,
} from '@vectrade/core'
import { withRuntime } from '@vectrade/core/adapter'
import { defaultFetch } from './default-fetch.ts'
import { toCause } from './node-error.ts'

/**
 * A client for VecTrade's AI stock analysis on Node and Bun.
 *
 * The API key comes from the option `apiKey` or the environment variable `VECTRADE_API_KEY`. The base
 * URL comes from the option `baseURL` or the variable `VECTRADE_BASE_URL`, and that of live data from `liveURL` or
 * `VECTRADE_LIVE_URL`.
 *
 * @throws ConfigurationError if an option is invalid. If the key is missing, the first call throws it.
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
export class VecTrade<const Types extends EventTypes = NoEventTypes> extends CoreVecTrade<Types> {
  constructor(options: VecTradeOptions<Types> = {}) {
    // Uses the global `process`. Importing `node:process` opens the standard streams, which takes a sixth of
    // this package's import time.
    super(
      ...withRuntime(options, {
        name: process.versions['bun'] ? 'bun' : 'node',
        env: (name) => process.env[name],
        fetch: defaultFetch(),
        openSocket: (url, headers) => new WebSocket(url, { headers }),
        toCause,
      }),
    )
  }
}
