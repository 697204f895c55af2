import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type DirectSource,
  directSourceOf,
  headersToSend,
  isBodyHeader,
} from '@vectrade/core/adapter'
import { type ByteOutput, DirectWriter } from './direct-writer.ts'
import { closeHttp2Body, isBodyArriving, lingerAfterAnswer } from './unread-body.ts'

/**
 * How long a response is written before it yields to the event loop, in ms.
 *
 * If the source always has another chunk and the client keeps up, writing runs in microtasks only. Without
 * a break, other requests, timers and disconnects would not be handled.
 */
const maxBusyTime = 10

type MaybeCompressed = ServerResponse & ByteOutput

/** The headers whose values are added to earlier ones. Any other header replaces the earlier one. */
const addedHeaders = new Set(['link', 'server-timing', 'set-cookie', 'vary'])

/**
 * Writes a Web response to a Node response, at the pace of the client. Settles after everything has been
 * written, or when the client disconnects, which cancels the body. For HEAD, the body is not read.
 *
 * Never rejects. If the body fails, the connection is closed before the response is complete, so that the
 * client notices. If Node refuses a header, the answer has status 500.
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
  const peer = new RemotePeer(res, req, cancel)
  try {
    const isLast = await isBodyArriving(req)
    if (!peer.gone && !res.headersSent) writeHead(response, res, req, isLast)
    if (req.method === 'HEAD') cancel()
    const source = response.body ? directSourceOf(response.body) : undefined
    await (source === undefined ? writeBody(reader, res, peer) : peer.writes(source))
    if (peer.gone) return
    endResponse(res, req)
    await peer.finished()
  } catch {
    cancel()
    if (res.headersSent) res.destroy()
    else sendServerError(res, req)
  } finally {
    peer.release()
  }
}

async function writeBody(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  res: MaybeCompressed,
  peer: RemotePeer,
): Promise<void> {
  let lastBreak = performance.now()
  for (;;) {
    const result = await reader?.read()
    if (peer.gone || result === undefined || result.done) return
    const flowing = res.write(result.value)
    res.flush?.()
    if (!flowing) await peer.drained()
    if (performance.now() - lastBreak > maxBusyTime) {
      await new Promise((resolve) => setImmediate(resolve))
      lastBreak = performance.now()
    }
  }
}

function writeHead(
  response: Response,
  res: ServerResponse,
  req: IncomingMessage,
  isLast: boolean,
): void {
  // Headers that were set before may describe another body.
  for (const name of res.getHeaderNames().filter(isBodyHeader)) res.removeHeader(name)
  for (const [name, value] of headersToSend(response)) {
    if (addedHeaders.has(name)) res.appendHeader(name, value)
    else res.setHeader(name, value)
  }
  if (isLast) res.setHeader('connection', 'close')
  setStatus(res, req, response)
  // Lets the client know of the answer before its first event.
  if (response.body) res.flushHeaders()
}

/** Replaces a status that was set before. Frameworks set 201 or 404 before the answer is known. */
function setStatus(
  res: ServerResponse,
  { httpVersionMajor }: IncomingMessage,
  { status, statusText }: Pick<Response, 'status' | 'statusText'>,
): void {
  res.statusCode = status
  // HTTP/2 has no status text, and Node warns if one is set. If the text is empty, Node uses its own.
  if (httpVersionMajor < 2) res.statusMessage = statusText
}

function sendServerError(res: ServerResponse, req: IncomingMessage): void {
  for (const name of res.getHeaderNames()) res.removeHeader(name)
  setStatus(res, req, { status: 500, statusText: '' })
  if (req.httpVersionMajor < 2 && !req.complete) res.setHeader('connection', 'close')
  endResponse(res, req)
}

function endResponse(res: ServerResponse, req: IncomingMessage): void {
  if (req.httpVersionMajor > 1) res.once('finish', () => closeHttp2Body(req))
  else if (!req.complete) lingerAfterAnswer(req, res)
  res.end()
}

/** The remote end of a response. It tells whether the client reads, is slow or has disconnected. */
class RemotePeer {
  gone: boolean
  readonly #res: MaybeCompressed
  readonly #socket: IncomingMessage['socket'] | undefined
  readonly #onGone: () => void
  readonly #onDrain: () => void
  /** Ends the pending wait. After the client has gone, neither 'drain' nor 'finish' is emitted. */
  #wake: (() => void) | undefined
  #drained: (() => void) | undefined

  constructor(res: MaybeCompressed, req: IncomingMessage | undefined, cancel: () => void) {
    this.#res = res
    this.#socket = req?.socket
    this.#onGone = () => {
      this.gone = true
      cancel()
      this.#wake?.()
    }
    this.#onDrain = () => this.#drained?.()
    this.gone = false
    // A write to a client that has just gone emits 'error', along with 'close'.
    res.on('error', this.#onGone)
    res.on('close', this.#onGone)
    // One listener serves all writes. Compression middleware moves 'drain' listeners to its own stream,
    // where `off` does not remove them.
    res.on('drain', this.#onDrain)
    this.#socket?.on('close', this.#onGone)
    if (res.closed || res.destroyed || this.#socket?.destroyed) this.#onGone()
  }

  drained(): Promise<void> {
    return this.#unlessGone((resolve) => {
      this.#drained = resolve
    })
  }

  /** Writes the bytes of a source. Settles at its end. */
  writes(source: DirectSource): Promise<void> {
    return this.#unlessGone((resolve) => {
      const writer = new DirectWriter(source, this.#res, resolve)
      this.#drained = () => writer.resume()
      writer.resume()
    })
  }

  finished(): Promise<void> {
    return this.#unlessGone((resolve) => this.#res.once('finish', resolve))
  }

  release(): void {
    // The 'error' listener stays. Without a listener, a late error would be thrown.
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
