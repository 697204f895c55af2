import {
  type AnalysisStream,
  createHandler,
  type StreamEvent,
  toResponse,
  VecTrade,
  VecTradeError,
} from '../index.ts'

export interface Env {
  VECTRADE_API_KEY?: string
  VECTRADE_BASE_URL?: string
  FIRST_BYTE_AFTER?: string
  HEARTBEAT?: string
}

/** The JSON that most routes answer with. */
export interface RouteResult {
  events?: StreamEvent[]
  text?: string
  error?: { name: string; json: unknown; isVecTradeError: boolean; partial: unknown; text: string }
}

type Route = (client: VecTrade, request: Request, env: Env) => Promise<Response>

/** Maps each path to what the worker does. The header `x-sandbox-fault` sets the fault of its request. */
const routes: Record<string, Route> = {
  '/events': (client, request) =>
    answerJson(async () => {
      const events = []
      for await (const event of await ask(client, request)) events.push(event)
      return { events }
    }),
  '/text': (client, request) =>
    answerJson(async () => ({ text: await (await ask(client, request)).finalText() })),
  '/analyze': (client, request) =>
    answerJson(async () => ({ text: (await client.ai.analyze(await promptOf(request))).text })),
  '/abort': (client, request) =>
    answerJson(async () => {
      const controller = new AbortController()
      const stream = client.ai.stream(await promptOf(request), { signal: controller.signal })
      for await (const event of stream) {
        if (event.type === 'text') setTimeout(() => controller.abort(new Error('Enough')), 10)
      }
      return {}
    }),
  '/break': (client, request) =>
    answerJson(async () => {
      for await (const event of await ask(client, request)) return { events: [event] }
      return {}
    }),
  '/relay': async (client, request, env) =>
    toResponse(await ask(client, request), { heartbeat: heartbeatOf(env) }),
  '/handler': (client, request, env) =>
    createHandler({
      client,
      maxPromptLength: 100,
      authorize: (asking) => asking.headers.get('cookie') !== 'user=unknown',
      cors: { origins: ['https://app.example.com'] },
      heartbeat: heartbeatOf(env),
      firstByteAfter: Number(env.FIRST_BYTE_AFTER ?? 8000),
    })(request),
}

/** @public bundled by bundle.ts */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const route = routes[new URL(request.url).pathname]
    if (route === undefined) return new Response('No such route', { status: 404 })
    const fault = request.headers.get('x-sandbox-fault') ?? ''
    try {
      const client = VecTrade.fromEnv(env, {
        headers: { 'x-sandbox-fault': fault },
        maxRetries: 0,
      })
      return await route(client, request, env)
    } catch (error) {
      return await answerJson(() => Promise.reject(error))
    }
  },
}

function heartbeatOf({ HEARTBEAT }: Env): number | undefined {
  return HEARTBEAT === undefined ? undefined : Number(HEARTBEAT)
}

async function ask(client: VecTrade, request: Request): Promise<AnalysisStream> {
  return client.ai.stream(await promptOf(request))
}

async function promptOf(request: Request): Promise<string> {
  return ((await request.json()) as { prompt: string }).prompt
}

async function answerJson(work: () => Promise<RouteResult>): Promise<Response> {
  try {
    return Response.json(await work())
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const isVecTradeError = VecTradeError.isInstance(error)
    const partial = VecTradeError.isInstance(error) ? error.partial : undefined
    const { name } = error
    return Response.json({
      error: { name, json: error, isVecTradeError, partial, text: String(error.stack) },
    })
  }
}
