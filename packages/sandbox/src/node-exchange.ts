import type { IncomingMessage, ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { ConnectionCut } from './connection-cut.ts'
import type { SandboxHandler } from './answer-request.ts'
import { headerLinesOf } from './header-lines.ts'
import { toRequest } from './node-request.ts'
import { sleep } from './sleep.ts'

/** The parts of the server that an exchange needs. */
export interface ExchangeSurroundings {
  handler: SandboxHandler
  /** The port on which the server listens. */
  localPort: number
  /** At most one byte more than this is read of a request body. */
  maxBodyBytes: number
  /** Aborted when the server is closing. */
  closing: AbortSignal
}

// Gives a client time to read why its upload was refused.
const lingerMs = 500

const mostBusyMs = 10

/**
 * Answers one request of a Node server with the handler. Resolves when the socket has taken
 * everything or the connection has closed. Never rejects. Cancels the handler's body as soon as the
 * client leaves, even while a write waits for a slow reader.
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
    // The request is kept until here: Node does not abort the signal of a garbage-collected
    // request.
    request = undefined
  }
  // Listen to the socket: the response also emits 'close' after a complete answer.
  const { socket } = incoming
  socket.once('close', leave)
  // A write can fail because the client has just left. The 'close' event that follows handles that.
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
  // Leaving the loop early must not destroy the socket, because the refusal is sent on it.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length >= limit) break
  }
  return Buffer.concat(chunks)
}

/** Sends a response, at the pace of the client. Resolves when the client has it, or has left. */
export async function send(
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
    // If data is unread, closing resets the connection, and the client may lose the answer.
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
      // The callback runs when the socket has taken the piece. Waiting for it gives backpressure,
      // and keeps two pieces from being sent as one. After 'close' the callback may never run.
      await new Promise<void>((resolve) => {
        wake = resolve
        outgoing.write(value, () => resolve())
      })
      // While the client keeps up, this loop runs only microtasks. Without a break, other requests,
      // timers, signals and closed connections would have to wait.
      if (performance.now() - lastBreak < mostBusyMs) continue
      await setImmediate()
      lastBreak = performance.now()
    }
  } finally {
    gone.removeEventListener('abort', leave)
  }
}
