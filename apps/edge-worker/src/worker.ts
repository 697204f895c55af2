import { createHandler, type Instrumentation, VecTrade } from '@vectrade/sdk'
import { presents } from './authorize.ts'
import type { Env } from './env.ts'
import { POST } from './guide-route.ts'

/** @public wrangler.jsonc names it */
export { LivePrices } from './live-prices.ts'

interface Context {
  waitUntil(promise: Promise<unknown>): void
}

/** @public wrangler.jsonc names this file */
export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/api/analyze') return analyze(request, env, context)
    // All pages share one object, and so one connection to VecTrade for each channel.
    if (pathname === '/api/live') return env.LIVE_PRICES.getByName('all').fetch(request)
    if (env.OPEN_ROUTES && pathname === '/api/guide' && request.method === 'POST') {
      return POST(request)
    }
    return new Response('Here are POST /api/analyze and GET /api/live\n', { status: 404 })
  },
}

/** An endpoint for pages. It checks the caller and the request, and logs how the answer has ended. */
function analyze(request: Request, env: Env, context: Context): Promise<Response> {
  const handler = createHandler({
    client: VecTrade.fromEnv(env, { instrumentation: logEnds(context) }),
    authorize: (asking) => presents(env.ACCESS_TOKEN, asking),
    cors: { origins: env.ALLOWED_ORIGINS.split(' ') },
  })
  return handler(request)
}

/** Logs one line when an answer has ended in any way. It has the usage, and nothing of the text. */
function logEnds(context: Context): Instrumentation {
  return {
    onCall() {
      let log!: (line: object) => void
      const line = new Promise<object>((resolve) => (log = resolve))
      // From the beginning: when a caller leaves, the platform drops all work that `waitUntil` does not know.
      context.waitUntil(line.then((ended) => console.log(JSON.stringify(ended))))
      return {
        onEnd: ({ outcome, error, usage }) => log({ outcome, error: error?.code, usage }),
      }
    },
  }
}
