import { answerAnalysis } from './answer-analysis.ts'
import { emptyAnswer } from './answers.ts'
import { attend, type Attended } from './attend.ts'
import { checkSource, corsHeaders, preflightHeaders } from './guard.ts'
import { answerLive } from './live/answer-live.ts'
import { answerSocketQuestion } from './live/handshake.ts'
import type { Parts } from './parts.ts'
import { readBody } from './request-body.ts'
import { loggedBody, type SandboxConnection, type SandboxRequest } from './request-log.ts'
import { routeOf } from './routes.ts'

/** The sandbox as a function from `Request` to `Response`. See {@link createSandboxHandler}. */
export interface SandboxHandler {
  /**
   * Answers one request. Pass `connection` if your server knows the ports.
   *
   * Rejects with a {@link ConnectionCut} if a fault ends the connection before the headers. Rejects
   * with the reason of `request.signal` if that aborts before the headers.
   */
  (request: Request, connection?: SandboxConnection): Promise<Response>
  /** The key that the sandbox accepts. */
  readonly apiKey: string
  /**
   * Records of the requests, oldest first. New requests are added to this list. Keys are redacted.
   */
  readonly requests: readonly SandboxRequest[]
  /** How many analyses have run. Repeats with the same `Idempotency-Key` do not count. */
  readonly analysesRun: number
}

/** Returns the handler of a sandbox. */
export function handlerOf(parts: Parts): SandboxHandler {
  const handle = (request: Request, connection: SandboxConnection = {}): Promise<Response> =>
    attend(parts, request, connection, (attended) => answer(parts, attended))
  return Object.defineProperties(handle, {
    apiKey: { value: parts.settings.apiKey },
    requests: { value: parts.log.records },
    analysesRun: { get: () => parts.calls.analysesRun },
  }) as unknown as SandboxHandler
}

async function answer(parts: Parts, attended: Attended): Promise<Response> {
  const { settings } = parts
  const { request, connection, exchange, headers } = attended
  // Read the body before refusing the request. A connection can be reused only after its request
  // has been read, and a test may want to see what a client sent to a server that should get
  // nothing.
  const text = await readBody(request, settings.maxBodyBytes)
  const logged = loggedBody(text)
  if (logged !== undefined) exchange.record.body = logged

  checkSource(request, settings, connection.localPort)
  Object.assign(headers, corsHeaders(request, settings))
  const route = routeOf(new URL(request.url).pathname, settings.basePaths)
  const preflight = preflightHeaders(request, route.type === 'analysis' ? 'POST' : 'GET')
  if (preflight !== undefined) {
    const context = { exchange, fault: {}, settings, headers: { ...headers, ...preflight } }
    return emptyAnswer(context, 204)
  }
  switch (route.type) {
    case 'analysis':
      return answerAnalysis(parts, attended, text)
    case 'live':
      return answerLive(parts, attended)
    case 'socket':
      return answerSocketQuestion(parts, attended)
  }
}
