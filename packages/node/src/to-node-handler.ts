import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NodeRequest, NodeResponse } from './node-http-types.ts'
import { checkFunction, hasMethods } from '@vectrade/core/adapter'
import { checkIncoming, checkOutgoing } from './check-arguments.ts'
import { RequestBody } from './request-body.ts'
import { writeResponse } from './write-response.ts'

/** A Web-standard handler, such as `createHandler` makes. */
export type FetchHandler = (request: Request) => Response | Promise<Response>

/** A handler as `http.createServer`, `http2.createSecureServer` and Express take it. */
export type NodeHandler = (req: NodeRequest, res: NodeResponse) => Promise<void>

/**
 * Serves a Web-standard handler from Node: plain `http`, Express and, with `reply.hijack()`, Fastify.
 *
 * The request's signal is aborted when the client goes before the response is through. A body that
 * a parser has already read is taken from `req.body`, as Express leaves it; after Fastify, pass
 * `Object.assign(request.raw, { body: request.body })`. A handler that throws, or whose response
 * cannot be sent, answers with status 500.
 *
 * Status and headers are those of the response. Headers that a framework has set are sent too,
 * unless they describe another body. The response's headers replace them; `set-cookie`, `vary`,
 * `link` and `server-timing` are added. Headers about a connection, such as `keep-alive`, are
 * left out.
 *
 * @throws ConfigurationError if `handler` is no function. The returned handler rejects with one
 *   if its arguments are not Node's.
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { toNodeHandler, VecTrade } from '@vectrade/node'
 *
 * const client = new VecTrade()
 * const server = createServer(
 *   toNodeHandler(async (request) => {
 *     const { prompt } = (await request.json()) as { prompt: string }
 *     return client.ai.stream(prompt, { signal: request.signal }).toResponse()
 *   }),
 * )
 * ```
 */
export function toNodeHandler(handler: FetchHandler): NodeHandler {
  checkFunction('handler', handler)
  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    checkIncoming('req', req)
    checkOutgoing('res', res)
    const left = new AbortController()
    const body = new RequestBody(req)
    let request: Request | undefined
    const onClose = (): void => {
      // It also comes, and first, when all is well; HTTP/2 also calls finished what was cut.
      if (!res.writableEnded || !res.writableFinished) left.abort()
      // Held until here: Node does not abort the signal of a request that has been collected.
      request = undefined
    }
    res.once('close', onClose)
    let response
    try {
      request = toRequest(req, body, left.signal)
      response = await answer(handler, request)
    } catch {
      response = errorResponse(400, 'invalid_request_error', 'The request could not be read')
    }
    await writeResponse(response, res, req)
    body.release()
    res.off('close', onClose)
  }
  // HTTP/2's classes have the members used here; their types lack some.
  return serve as NodeHandler
}

/** Never rejects. */
async function answer(handler: FetchHandler, request: Request): Promise<Response> {
  try {
    const response = await handler(request)
    // Not `Response.error()`, nor one that is used: a promise to send it could not be kept.
    const isUsable = hasMethods(response.headers, 'get') && response.status >= 200
    if (isUsable && !response.bodyUsed && !response.body?.locked) return response
  } catch {
    // What it threw is for the handler to log; it may be anything.
  }
  return errorResponse(500, 'server_error', 'The server failed')
}

function toRequest(req: IncomingMessage, body: RequestBody, signal: AbortSignal): Request {
  const headers = new Headers()
  for (let at = 0; at < req.rawHeaders.length; at += 2) {
    const name = req.rawHeaders[at] ?? ''
    // HTTP/2 has its request line among the headers.
    if (!name.startsWith(':')) headers.append(name, req.rawHeaders[at + 1] ?? '')
  }
  const { method = 'GET' } = req
  const init: RequestInit = { method, headers, signal }
  const url = toUrl(req)
  if (method === 'GET' || method === 'HEAD') return new Request(url, init)
  return new Request(url, { ...init, body: body.open(headers), duplex: 'half' })
}

function toUrl(req: IncomingMessage): URL {
  const scheme = 'encrypted' in req.socket && req.socket.encrypted ? 'https' : 'http'
  const { origin } = new URL(`${scheme}://${authority(req)}`)
  // Express takes the path it is mounted at off `url`.
  const target = 'originalUrl' in req ? String(req.originalUrl) : (req.url ?? '/')
  // Not as a relative URL: `//name/path` would be another host.
  return target.startsWith('/') ? new URL(origin + target) : new URL(target, origin)
}

/** HTTP/2 has it under a name of its own. */
function authority({ headers }: IncomingMessage): string {
  const { host, ':authority': http2 } = headers
  return host ?? (typeof http2 === 'string' ? http2 : 'localhost')
}

function errorResponse(status: number, type: string, message: string): Response {
  const headers = { 'cache-control': 'no-store' }
  return Response.json({ error: { type, message } }, { status, headers })
}
