import { createLiveHandler, type Handler, VecTrade } from '@vectrade/sdk'
import { presents } from './authorize.ts'
import type { Env } from './env.ts'

/**
 * A Durable Object that follows VecTrade for all pages. The requests of a Worker cannot share a connection, but those
 * of a Durable Object can.
 */
export class LivePrices {
  readonly #handler: Handler

  constructor(_state: unknown, env: Env) {
    this.#handler = createLiveHandler({
      client: VecTrade.fromEnv(env),
      authorize: (request) => presents(env.ACCESS_TOKEN, request),
      cors: { origins: env.ALLOWED_ORIGINS.split(' ') },
    })
  }

  fetch(request: Request): Promise<Response> {
    return this.#handler(request)
  }
}
