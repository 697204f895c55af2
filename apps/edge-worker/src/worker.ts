import { createHandler, fromResponse, VecTrade } from '@vectrade/sdk'
import { presents } from './authorize.ts'
import { POST } from './guide-route.ts'

/** The variables and secrets of wrangler.jsonc. */
interface Env {
  VECTRADE_API_KEY: string
  VECTRADE_BASE_URL: string
  ALLOWED_ORIGINS: string
  ACCESS_TOKEN?: string
  /** Set by `dev` alone: the guide's route lets everybody ask. */
  OPEN_ROUTES?: string
}

interface Context {
  waitUntil(promise: Promise<unknown>): void
}

/** @public wrangler.jsonc names this file */
export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/api/analyze') return analyze(request, env, context)
    if (env.OPEN_ROUTES && pathname === '/api/guide' && request.method === 'POST') {
      return POST(request)
    }
    return new Response('Here is POST /api/analyze\n', { status: 404 })
  },
}

/** The endpoint of a page: it checks who asks and for what, and notes what an answer took. */
async function analyze(request: Request, env: Env, context: Context): Promise<Response> {
  const handler = createHandler({
    client: VecTrade.fromEnv(env),
    authorize: (asking) => presents(env.ACCESS_TOKEN, asking),
    cors: { origins: env.ALLOWED_ORIGINS.split(' ') },
  })
  const response = await handler(request)
  if (response.ok) context.waitUntil(logUsage(response.clone(), request.signal))
  return response
}

/** Reads the answer beside the caller and writes one line when it has ended, however it did. */
async function logUsage(copy: Response, signal: AbortSignal): Promise<void> {
  try {
    const { usage } = await fromResponse(copy).finalAnalysis()
    console.log(JSON.stringify({ usage }))
  } catch (error) {
    // The flag `enable_request_signal` has the signal tell of callers who left.
    console.log(JSON.stringify(signal.aborted ? { ended: 'by its caller' } : { error }))
  }
}
