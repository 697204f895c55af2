import type { IncomingMessage, ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { ConnectionCut } from './connection-cut.ts'
import type { SandboxHandler } from './handler.ts'
import { headerLinesOf } from './header-lines.ts'
import { sleep } from './sleep.ts'

/** What one exchange has to know of the server it belongs to. */
export interface ExchangeSurroundings {
  handler: SandboxHandler
  /** The port the server listens on. */
  localPort: number
  /** Of a longer request body no more than one byte past this is read. */
  maxBodyBytes: number
  /** Aborted once the server is closing. */
  closing: AbortSignal
}

// Long enough for a client to read why its upload was refused.
const lingerMs = 500

const mostBusyMs = 10

/**
 * Answers one request of a Node server by the handler. Resolves when all is handed to the socket or
 * the connection is gone, and never rejects. The handler's body is cancelled as soon as the client
 * leaves, also while a write waits for a slow reader.
 */
export async function serveExchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  surroundings: ExchangeSurroundings,
): Promise<void> {
  const { handler, localPort, maxBodyBytes, closing } = surroundings
  const gone = new AbortController()
  let request: Request | undefined
  const leave = (): void => {
    gone.abort(closing.aborted ? 'sandbox' : 'client')
    // Held until here: Node does not abort the signal of a request that has been collected.
    request = undefined
  }
  // Not the response's 'close', which also follows an answer that went well.
  const { socket } = incoming
  socket.once('close', leave)
  // Writes that race with the client's leaving fail here; 'close' follows and is what counts.
  outgoing.on('error', () => {})
  try {
    const body = await readUpTo(incoming, maxBodyBytes + 1)
    request = toRequest(incoming, body, localPort, gone.signal)
    if (request === undefined) {
      const id = `req_${crypto.randomUUID()}`
      outgoing.writeHead(405, { allow: 'POST', 'content-length': 0, 'x-request-id': id }).end()
      return
    }
    const { remotePort } = socket
    await send(await handler(request, { localPort, remotePort }), incoming, outgoing, gone.signal)
  } catch (error) {
    if (!ConnectionCut.isInstance(error)) outgoing.destroy()
    else if (error.cut === 'rst') socket.resetAndDestroy()
    else socket.destroySoon()
  } finally {
    socket.off('close', leave)
  }
}

async function readUpTo(incoming: IncomingMessage, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop early must not destroy the socket, on which the refusal is to be sent.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length >= limit) break
  }
  return Buffer.concat(chunks)
}

/** `undefined` for what HTTP allows and `Request` does not, such as TRACE. */
function toRequest(
  incoming: IncomingMessage,
  body: Uint8Array,
  localPort: number,
  signal: AbortSignal,
): Request | undefined {
  const { method = 'GET', url = '/', rawHeaders } = incoming
  try {
    const headers = new Headers()
    for (let at = 0; at < rawHeaders.length; at += 2) {
      headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
    }
    // HTTP/1.0 may leave it out; the handler would take the URL's host in its place.
    if (!headers.has('host')) headers.set('host', '')
    // Never from `Host` or an absolute request target: both are the client's to choose.
    const path = url.startsWith('/') ? url : `/${url}`
    const init = { method, headers, signal }
    const bodiless = method === 'GET' || method === 'HEAD' || body.byteLength === 0
    return new Request(`http://127.0.0.1:${localPort}${path}`, bodiless ? init : { ...init, body })
  } catch {
    return undefined
  }
}

async function send(
  response: Response,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  if (!incoming.complete) outgoing.setHeader('connection', 'close')
  for (const [name, value] of headerLinesOf(response)) outgoing.setHeader(name, value)
  outgoing.writeHead(response.status)
  if (response.body === null) {
    outgoing.end()
    return
  }
  outgoing.flushHeaders()
  await pump(response.body, outgoing, gone)
  if (!incoming.complete && !gone.aborted) {
    // Closing on unread data would reset the connection, and take the answer with it.
    incoming.resume()
    await sleep(lingerMs, gone)
  }
  outgoing.end()
}

async function pump(
  body: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const reader = body.getReader()
  let wake: (() => void) | undefined
  let lastBreak = performance.now()
  const leave = (): void => {
    wake?.()
    void reader.cancel(gone.reason)
  }
  if (gone.aborted) return leave()
  gone.addEventListener('abort', leave, { once: true })
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || gone.aborted) return
      // The callback comes when the socket has taken the piece: that is both the backpressure and
      // what keeps two pieces from going out as one. After 'close' it may never come.
      await new Promise<void>((resolve) => {
        wake = resolve
        outgoing.write(value, () => resolve())
      })
      // While the client keeps up, all of this is microtasks: without a break no other request, no
      // timer, no signal and no news of a closed connection would ever get its turn.
      if (performance.now() - lastBreak < mostBusyMs) continue
      await setImmediate()
      lastBreak = performance.now()
    }
  } finally {
    gone.removeEventListener('abort', leave)
  }
}
