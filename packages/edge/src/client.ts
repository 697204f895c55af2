import {
  ConfigurationError,
  type EventTypes,
  type NoEventTypes,
  VecTrade as CoreVecTrade,
  type VecTradeOptions,
} from '@vectrade/core'
import { type RuntimeDefaults, withRuntime } from '@vectrade/core/adapter'
import { isWorkers, openSocket } from './open-socket.ts'

/**
 * A client for VecTrade's AI stock analysis on Cloudflare Workers, Vercel Edge and other WinterTC
 * runtimes.
 *
 * The API key comes from the option `apiKey` or the environment variable `VECTRADE_API_KEY`. The base URL comes from
 * the option `baseURL` or the variable `VECTRADE_BASE_URL`, and the address of live data from `liveURL` or
 * `VECTRADE_LIVE_URL`. Variables are read from `process.env`, which Vercel Edge has. Cloudflare Workers passes its
 * variables to each request instead: use {@link fromEnv} there.
 *
 * On Workers, a stream belongs to the request that opened it. `close()` cannot end a stream of another
 * request, so create a client for each request. A client without live feeds holds no connection.
 *
 * @throws ConfigurationError if an option is invalid. If the key is missing, the first call throws it.
 * @example
 * ```ts
 * import { VecTrade } from '@vectrade/edge'
 *
 * const client = new VecTrade()
 * const text = await client.ai.stream("What's the bull case for NVDA?").finalText()
 * ```
 */
export class VecTrade<const Types extends EventTypes = NoEventTypes> extends CoreVecTrade<Types> {
  constructor(options?: VecTradeOptions<Types>)
  /** @internal */
  constructor(options?: VecTradeOptions<Types>, runtime?: RuntimeDefaults)
  constructor(options: VecTradeOptions<Types> = {}, runtime: RuntimeDefaults = {}) {
    super(
      ...withRuntime(options, {
        name: 'edge',
        env: processVariable,
        openSocket: isWorkers() ? openSocket : undefined,
        ...runtime,
      }),
    )
  }

  /**
   * Creates a client that reads `VECTRADE_API_KEY`, `VECTRADE_BASE_URL`, `VECTRADE_LIVE_URL` and `VECTRADE_LOG` from
   * `env` only, not from `process.env`. The options `apiKey`, `baseURL`, `liveURL` and `logLevel` take precedence.
   *
   * @param env the bindings, which a Worker's `fetch` gets as its second argument, or a record such as
   *   `process.env`
   * @throws ConfigurationError if an option is invalid, or a binding for the key, the base URL or the log level is not
   *   a string. If the key is missing, the first call throws it. The first feed throws it if `VECTRADE_LIVE_URL` is
   *   not a string.
   * @example
   * ```ts
   * import { createHandler, VecTrade } from '@vectrade/edge'
   *
   * const worker = {
   *   fetch: (request: Request, env: object) =>
   *     createHandler({ client: VecTrade.fromEnv(env) })(request),
   * }
   * const request = new Request('https://example.com/', { method: 'POST', body: '{}' })
   * const response = await worker.fetch(request, { VECTRADE_API_KEY: 'vq_example' })
   * console.log(response.status) // 422
   * ```
   */
  static fromEnv<const Types extends EventTypes = NoEventTypes>(
    env: object,
    options: VecTradeOptions<Types> = {},
  ): VecTrade<Types> {
    if (typeof env !== 'object' || env === null) {
      throw new ConfigurationError(
        '`env` must be the object with the variables: the second argument of a Worker’s `fetch`',
      )
    }
    return new VecTrade(options, { env: (name) => binding(env, name) })
  }
}

function binding(env: object, name: string): string | undefined {
  const value = (env as Record<string, unknown>)[name]
  if (value === undefined || typeof value === 'string') return value
  // For example, a binding of the Secrets Store is an object. Its text comes from `await env.NAME.get()`.
  throw new ConfigurationError(
    `The binding ${name} must be a string: a variable or a secret of the Worker. ` +
      'Pass the value of another binding as an option, such as `apiKey`',
  )
}

/** Reads `process.env` on each call. `process` can be missing, as on Workers without `nodejs_compat`. */
function processVariable(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.[name]
}
