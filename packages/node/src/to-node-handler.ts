import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { writeResponse } from './write-response.ts'

/** A Web-standard handler, such as `createHandler` makes. */
export type FetchHandler = (request: Request) => Response | Promise<Response>

/** A handler as `http.createServer` and Express take it. */
export type NodeHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>

/**
 * Serves a Web-standard handler from Node: plain `http`, Express and, with `reply.hijack()`, Fastify.
 *
 * The request's signal is aborted when the client goes before the response is through. A body that
 * a parser has already read is taken from `req.body`. A handler that throws answers with status 500.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { toNodeHandler, VecTrade } from '@vectrade/node'
 *
 * const client = new VecTrade()
 * const server = createServer(
 *   toNodeHandler(async (request) => {
 *     const { prompt } = await request.json()
 *     return client.ai.stream(prompt, { signal: request.signal }).toResponse()
 *   }),
 * )
 * ```
 */
export function toNodeHandler(handler: FetchHandler): NodeHandler {
  return async (req, res) => {
    const left = new AbortController()
    const onClose = (): void => left.abort()
    res.once('close', onClose)
    const response = await answer(handler, req, left.signal)
    res.statusCode = response.status
    await writeResponse(response, res, req)
    res.off('close', onClose)
  }
}

async function answer(
  handler: FetchHandler,
  req: IncomingMessage,
  signal: AbortSignal,
): Promise<Response> {
  let request
  try {
    request = toRequest(req, signal)
  } catch {
    return errorResponse(400, 'invalid_request_error', 'The request could not be read')
  }
  try {
    return await handler(request)
  } catch {
    // What it threw is for the handler to log; it may be anything.
    return errorResponse(500, 'server_error', 'The server failed')
  }
}

function toRequest(req: IncomingMessage, signal: AbortSignal): Request {
  const scheme = 'encrypted' in req.socket && req.socket.encrypted ? 'https' : 'http'
  // Express takes the path it is mounted at off `url`.
  const path = 'originalUrl' in req ? String(req.originalUrl) : (req.url ?? '/')
  const url = new URL(path, `${scheme}://${authority(req)}`)
  const headers = new Headers()
  for (let at = 0; at < req.rawHeaders.length; at += 2) {
    const name = req.rawHeaders[at] ?? ''
    // HTTP/2 has its request line among the headers.
    if (!name.startsWith(':')) headers.append(name, req.rawHeaders[at + 1] ?? '')
  }
  const { method = 'GET' } = req
  const init: RequestInit = { method, headers, signal }
  if (method === 'GET' || method === 'HEAD') return new Request(url, init)
  return new Request(url, { ...init, body: toBody(req), duplex: 'half' })
}

/** HTTP/2 has it under a name of its own. */
function authority({ headers }: IncomingMessage): string {
  const { host, ':authority': http2 } = headers
  return host ?? (typeof http2 === 'string' ? http2 : 'localhost')
}

function toBody(req: IncomingMessage): NonNullable<RequestInit['body']> {
  if (!('body' in req) || req.body === undefined) {
    return Readable.toWeb(req) as ReadableStream<Uint8Array>
  }
  const { body } = req
  if (typeof body === 'string' || body instanceof Uint8Array) return body as string
  return JSON.stringify(body)
}

function errorResponse(status: number, type: string, message: string): Response {
  return Response.json({ error: { type, message } }, { status })
}
