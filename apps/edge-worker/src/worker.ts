import { createHandler, fromReadableStream, VecTrade } from '@vectrade/sdk'
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

/** An endpoint for pages. It checks the caller and the request, and logs the usage of the answer. */
async function analyze(request: Request, env: Env, context: Context): Promise<Response> {
  const handler = createHandler({
    client: VecTrade.fromEnv(env),
    authorize: (asking) => presents(env.ACCESS_TOKEN, asking),
    cors: { origins: env.ALLOWED_ORIGINS.split(' ') },
  })
  const response = await handler(request)
  return response.ok && response.body ? logged(response, request.signal, context) : response
}

/**
 * Passes an answer on, and logs one line when it has ended in any way. It does not clone the response,
 * because the clone would continue the answer after its caller has left.
 */
function logged(response: Response, signal: AbortSignal, context: Context): Response {
  let log!: (line: object | Promise<object>) => void
  const end = new Promise<object>((resolve) => (log = resolve))
  // From the beginning: when a caller leaves, the platform drops all work that `waitUntil` does not know.
  context.waitUntil(end.then((line) => console.log(JSON.stringify(line))))
  const seen: Uint8Array<ArrayBuffer>[] = []
  const reader = response.body!.getReader()
  const body = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) {
          controller.close()
          log(signal.aborted ? callerLeft : usageOf(seen))
        } else {
          controller.enqueue(value)
          seen.push(value)
        }
      } catch (error) {
        log(signal.aborted ? callerLeft : { error })
        throw error
      }
    },
    async cancel(reason) {
      log(callerLeft)
      await reader.cancel(reason)
    },
  })
  return new Response(body, response)
}

const callerLeft = { ended: 'by its caller' }

async function usageOf(answer: BlobPart[]): Promise<object> {
  try {
    const { usage } = await fromReadableStream(new Blob(answer).stream()).finalAnalysis()
    return { usage }
  } catch (error) {
    return { error }
  }
}
