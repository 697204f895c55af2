import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'

/** How long the client has to read an answer that began before the request's body had arrived, in ms. */
const lingerTime = 2_000
/** How many bytes of the body are read in this time. After that, the client's own buffers fill up. */
const maxDiscardedBytes = 2 ** 20

/**
 * Returns whether the body of a request is still arriving when its answer begins. If it is, the connection
 * should not be used again: Node would have to read the whole body before the next request.
 */
export async function isBodyArriving(req: IncomingMessage): Promise<boolean> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = req.headers
  const hasBody = length !== '0' || encoding !== undefined
  if (!hasBody || req.complete || req.httpVersionMajor > 1) return false
  // Waits a turn of the event loop, in which Node reads bytes that arrived with the headers or right after.
  await new Promise((resolve) => setImmediate(resolve))
  return !req.complete
}

/**
 * Closes the connection of a request shortly after its answer ends.
 *
 * Closing a socket with unread bytes resets the connection, and the client may lose the answer. So this
 * function first ends only the server's side after the answer. It then discards some of the remaining body
 * until the client closes its side, the body ends or the time is over.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function lingerAfterAnswer(req: IncomingMessage, res: ServerResponse): void {
  const { socket } = req
  let left = maxDiscardedBytes
  // Reading starts now. Otherwise Node would read and discard the whole body at the end of the answer.
  req.on('data', (bytes: Uint8Array) => {
    left -= bytes.length
    if (left < 0) req.pause()
  })
  const destroy = (): void => void socket.destroy()
  let isOver = false
  const linger = (): void => {
    if (isOver) return
    isOver = true
    socket.end()
    if (req.complete) return destroy()
    req.once('end', destroy)
    const timer = setTimeout(destroy, lingerTime)
    socket.once('close', () => clearTimeout(timer))
  }
  // Node calls this at the end of an answer that closes its connection.
  socket.destroySoon = linger
  res.once('finish', linger)
}

/** Tells an HTTP/2 client that has its answer to stop sending the body. See RFC 9113, section 8.1. */
export function closeHttp2Body(req: IncomingMessage): void {
  const { stream } = req as unknown as Http2ServerRequest
  if (!req.complete && !stream.endAfterHeaders) stream.close()
}
