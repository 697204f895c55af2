import { ConfigurationError, VecTrade as CoreVecTrade, type VecTradeOptions } from '@vectrade/core'
import { type RuntimeDefaults, withRuntime } from '@vectrade/core/adapter'

/**
 * A client of VecTrade's AI stock analysis, for Cloudflare Workers, Vercel Edge and other WinterTC
 * runtimes.
 *
 * Where the runtime has `process.env`, as Vercel Edge has, the key comes from the option `apiKey` or
 * `VECTRADE_API_KEY`, and the base URL from `baseURL` or `VECTRADE_BASE_URL`. Cloudflare Workers
 * hands its variables to each request: {@link fromEnv}.
 *
 * On Workers a stream belongs to the request that opened it, and `close()` does not end one that
 * belongs to another: make a client for each request, it holds no connection of its own.
 *
 * @throws ConfigurationError on a wrong option; the first call throws it where there is no key
 * @example
 * ```ts
 * import { VecTrade } from '@vectrade/edge'
 *
 * const client = new VecTrade()
 * const text = await client.ai.stream("What's the bull case for NVDA?").finalText()
 * ```
 */
export class VecTrade extends CoreVecTrade {
  constructor(options?: VecTradeOptions)
  /** @internal */
  constructor(options?: VecTradeOptions, runtime?: RuntimeDefaults)
  constructor(options: VecTradeOptions = {}, runtime: RuntimeDefaults = {}) {
    super(...withRuntime(options, { name: 'edge', env: processVariable, ...runtime }))
  }

  /**
   * A client whose key and base URL are the `VECTRADE_API_KEY` and `VECTRADE_BASE_URL` of `env`, and
   * of nothing else; options win over both.
   *
   * @param env the bindings a Worker's `fetch` gets as its second argument, or a record such as `process.env`
   * @throws ConfigurationError on a wrong option or a binding that is no text; the first call throws it
   *   where there is no key
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
  static fromEnv(env: object, options: VecTradeOptions = {}): VecTrade {
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
  // Such as a Secrets Store's, which gives its text by `await env.NAME.get()`.
  throw new ConfigurationError(
    `The binding ${name} must be text: a variable or a secret of the Worker. ` +
      'Pass what other bindings give as the options `apiKey` and `baseURL`',
  )
}

/** The global is looked up on each call and may be missing, as on Workers without `nodejs_compat`. */
function processVariable(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  return process?.env?.[name]
}
