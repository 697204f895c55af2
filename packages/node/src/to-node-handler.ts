import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NodeRequest, NodeResponse } from './node-http-types.ts'
import { checkFunction, hasMethods, Refusal } from '@vectrade/core/adapter'
import { checkIncoming, checkOutgoing } from './check-arguments.ts'
import { RequestBody } from './request-body.ts'
import { writeResponse } from './write-response.ts'

/** A Web-standard handler, such as the one that `createHandler` returns. */
export type FetchHandler = (request: Request) => Response | Promise<Response>

/** A handler for `http.createServer`, `http2.createSecureServer` and Express. */
export type NodeHandler = (req: NodeRequest, res: NodeResponse) => Promise<void>

/**
 * Turns a Web-standard handler into a Node handler, for plain `http`, Express and, with
 * `reply.hijack()`, Fastify.
 *
 * The signal of the Web request is aborted if the client disconnects before the response has been sent.
 * If a parser has already read the body, the handler gets it from `req.body`, which is where Express
 * puts it. With Fastify, pass `Object.assign(request.raw, { body: request.body })`. If the handler
 * throws, or its response cannot be sent, the answer has status 500.
 *
 * The status and the headers are those of the response, without headers about a connection, such as
 * `keep-alive`. Headers that a framework has set before are sent too, unless they describe another
 * body. If both set the same header, the response's header wins. The exceptions are `set-cookie`,
 * `vary`, `link` and `server-timing`: their values are added to those set before.
 *
 * @throws ConfigurationError if `handler` is not a function. The returned handler rejects with a
 *   ConfigurationError if its arguments are not Node's request and response.
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
    const disconnect = new AbortController()
    const body = new RequestBody(req)
    let request: Request | undefined
    const onClose = (): void => {
      // 'close' is also emitted after a complete response, before `writeResponse` settles. Both flags are
      // checked, because HTTP/2 sets `writableFinished` for a response that was cut, too.
      if (!res.writableEnded || !res.writableFinished) disconnect.abort()
      // Keeps the request until here. Node does not abort the signal of a garbage-collected request.
      request = undefined
    }
    res.once('close', onClose)
    let response
    try {
      request = toRequest(req, body, disconnect.signal)
      response = await answer(handler, request)
    } catch {
      response = new Refusal(400, 'The request could not be read').toResponse()
    }
    await writeResponse(response, res, req)
    body.release()
    res.off('close', onClose)
  }
  // HTTP/2's classes have all members that are used here, but their types lack some.
  return serve as NodeHandler
}

/** Calls the handler. Never rejects: if the handler fails, returns a response with status 500. */
async function answer(handler: FetchHandler, request: Request): Promise<Response> {
  try {
    const response = await handler(request)
    // `Response.error()` cannot be sent, nor can a response with a used body.
    const isUsable = hasMethods(response.headers, 'get') && response.status >= 200
    if (isUsable && !response.bodyUsed && !response.body?.locked) return response
  } catch {
    // Logging the error is the handler's task. The error can be any value.
  }
  return new Refusal(500, 'The server failed').toResponse()
}

function toRequest(req: IncomingMessage, body: RequestBody, signal: AbortSignal): Request {
  const headers = new Headers()
  for (let at = 0; at < req.rawHeaders.length; at += 2) {
    const name = req.rawHeaders[at] ?? ''
    // HTTP/2 sends its request line as headers that start with a colon, such as `:path`.
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
  // Express removes the mount path from `url` and keeps the full path in `originalUrl`.
  const target = 'originalUrl' in req ? String(req.originalUrl) : (req.url ?? '/')
  // The path is appended. As a relative URL, `//name/path` would lead to another host.
  return target.startsWith('/') ? new URL(origin + target) : new URL(target, origin)
}

/** Returns the host that was requested. HTTP/2 sends it as `:authority`. */
function authority({ headers }: IncomingMessage): string {
  const { host, ':authority': http2 } = headers
  return host ?? (typeof http2 === 'string' ? http2 : 'localhost')
}
