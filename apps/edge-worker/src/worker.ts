import { createHandler, fromReadableStream, VecTrade } from '@vectrade/sdk'
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
  return response.ok && response.body ? noted(response, request.signal, context) : response
}

/**
 * Passes an answer on and writes one line when it has ended, however it did. Not by a clone, whose other
 * half would have the answer go on when its caller has left.
 */
function noted(response: Response, signal: AbortSignal, context: Context): Response {
  let note!: (line: object | Promise<object>) => void
  const end = new Promise<object>((resolve) => (note = resolve))
  // From the beginning on: a caller who leaves takes with it all that nothing waits for.
  context.waitUntil(end.then((line) => console.log(JSON.stringify(line))))
  const seen: Uint8Array<ArrayBuffer>[] = []
  const reader = response.body!.getReader()
  const body = new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) {
        controller.close()
        note(signal.aborted ? left : usageOf(seen))
      } else {
        controller.enqueue(value)
        seen.push(value)
      }
    },
    async cancel(reason) {
      note(left)
      await reader.cancel(reason)
    },
  })
  return new Response(body, response)
}

const left = { ended: 'by its caller' }

async function usageOf(answer: BlobPart[]): Promise<object> {
  try {
    const { usage } = await fromReadableStream(new Blob(answer).stream()).finalAnalysis()
    return { usage }
  } catch (error) {
    return { error }
  }
}
