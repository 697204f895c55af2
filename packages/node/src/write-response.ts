import type { IncomingMessage, ServerResponse } from 'node:http'
import { headersToSend, isBodyHeader } from '@vectrade/core/adapter'
import { closeHttp2Body, isBodyOnItsWay, lingerAfterAnswer } from './unread-body.ts'

/**
 * ms. A source that is never at a loss, written to a client that keeps up, is all microtasks: without
 * a break no other request, no timer and no news of a client that left would get its turn.
 */
const mostBusy = 10

/** Compression middleware adds `flush`, without which it holds small writes back. */
type MaybeCompressed = ServerResponse & { flush?: () => void }

/** Headers that are added to those set before. All others are replaced. */
const addedHeaders = new Set(['link', 'server-timing', 'set-cookie', 'vary'])

/**
 * Writes a Web response to a Node one, at the pace of the client. Settles when all is written or the
 * client has gone, which cancels the body. Never rejects: a body that fails cuts the response short,
 * which is what tells the client; a header Node refuses makes it a 500. HEAD reads no body.
 *
 * Closes the connection if the answer begins before the request's body has arrived.
 */
export async function writeResponse(
  response: Response,
  res: MaybeCompressed,
  req: IncomingMessage = res.req,
): Promise<void> {
  const reader = response.body?.getReader()
  const cancel = (): void => void reader?.cancel().catch(() => {})
  const client = new Client(res, req, cancel)
  let lastBreak = performance.now()
  try {
    const isLast = await isBodyOnItsWay(req)
    if (!client.gone && !res.headersSent) writeHead(response, res, req, isLast)
    if (req.method === 'HEAD') cancel()
    for (;;) {
      const result = await reader?.read()
      if (client.gone) return
      if (result === undefined || result.done) break
      const flowing = res.write(result.value)
      res.flush?.()
      if (!flowing) await client.drained()
      if (performance.now() - lastBreak > mostBusy) {
        await new Promise((resolve) => setImmediate(resolve))
        lastBreak = performance.now()
      }
    }
    end(res, req)
    await client.finished()
  } catch {
    cancel()
    if (res.headersSent) res.destroy()
    else refuse(res, req)
  } finally {
    client.release()
  }
}

function writeHead(
  response: Response,
  res: ServerResponse,
  req: IncomingMessage,
  isLast: boolean,
): void {
  // What was set before may describe another body.
  for (const name of res.getHeaderNames().filter(isBodyHeader)) res.removeHeader(name)
  for (const [name, value] of headersToSend(response)) {
    if (addedHeaders.has(name)) res.appendHeader(name, value)
    else res.setHeader(name, value)
  }
  if (isLast) res.setHeader('connection', 'close')
  setStatus(res, req, response)
  // The client gets to know of the answer before its first event.
  if (response.body) res.flushHeaders()
}

/** Replaces a status set before: frameworks set 201 or 404 before the answer is known. */
function setStatus(
  res: ServerResponse,
  { httpVersionMajor }: IncomingMessage,
  { status, statusText }: Pick<Response, 'status' | 'statusText'>,
): void {
  res.statusCode = status
  // HTTP/2 has no status text, and Node warns of one. For an empty text, Node has its own.
  if (httpVersionMajor < 2) res.statusMessage = statusText
}

function refuse(res: ServerResponse, req: IncomingMessage): void {
  for (const name of res.getHeaderNames()) res.removeHeader(name)
  setStatus(res, req, { status: 500, statusText: '' })
  if (req.httpVersionMajor < 2 && !req.complete) res.setHeader('connection', 'close')
  end(res, req)
}

function end(res: ServerResponse, req: IncomingMessage): void {
  if (req.httpVersionMajor > 1) res.once('finish', () => closeHttp2Body(req))
  else if (!req.complete) lingerAfterAnswer(req, res)
  res.end()
}

/** The other end of a response: reading, slow, or gone. */
class Client {
  gone: boolean
  readonly #res: ServerResponse
  readonly #socket: IncomingMessage['socket'] | undefined
  readonly #onGone: () => void
  readonly #onDrain: () => void
  /** Settles whatever waits for the client: one that has gone does not drain. */
  #wake: (() => void) | undefined
  #drained: (() => void) | undefined

  constructor(res: ServerResponse, req: IncomingMessage | undefined, cancel: () => void) {
    this.#res = res
    this.#socket = req?.socket
    this.#onGone = () => {
      this.gone = true
      cancel()
      this.#wake?.()
    }
    this.#onDrain = () => this.#drained?.()
    this.gone = false
    // A write to a client that has just gone emits an error; 'close' comes with it.
    res.on('error', this.#onGone)
    res.on('close', this.#onGone)
    // One for all writes: compression middleware moves the listeners of 'drain' to a stream of its
    // own, where `off` does not reach them.
    res.on('drain', this.#onDrain)
    this.#socket?.on('close', this.#onGone)
    if (res.closed || res.destroyed || this.#socket?.destroyed) this.#onGone()
  }

  drained(): Promise<void> {
    return this.#unlessGone((resolve) => {
      this.#drained = resolve
    })
  }

  finished(): Promise<void> {
    return this.#unlessGone((resolve) => this.#res.once('finish', resolve))
  }

  release(): void {
    // The handler of errors stays: one may still come, and nobody else listens.
    this.#res.off('close', this.#onGone)
    this.#res.off('drain', this.#onDrain)
    this.#socket?.off('close', this.#onGone)
  }

  #unlessGone(wait: (resolve: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
      if (this.gone) resolve()
      else wait(resolve)
    })
  }
}
