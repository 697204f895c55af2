import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'

/** ms that a client has to read an answer that came before the end of its request. */
const longestLinger = 2_000
/** Bytes that are taken of it meanwhile; then the client's own buffers fill up. */
const mostBytes = 2 ** 20

/**
 * Whether the body of a request is still on its way, now that its answer begins. The next request of
 * such a connection could be read only after all of the body, however long that is.
 */
export async function isBodyOnItsWay(req: IncomingMessage): Promise<boolean> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = req.headers
  const hasBody = length !== '0' || encoding !== undefined
  if (!hasBody || req.complete || req.httpVersionMajor > 1) return false
  // What came together with the headers, or right after them, has been read by the next turn.
  await new Promise((resolve) => setImmediate(resolve))
  return !req.complete
}

/**
 * Closes the connection of a request a little after its answer, which is about to end.
 *
 * A socket that is closed with bytes unread resets the connection, and the client may lose the answer
 * with that. So the answer is followed by the end of this side, and some of what still comes is
 * thrown away, until the client closes its side, the body ends or the time is over.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function lingerAfterAnswer(req: IncomingMessage, res: ServerResponse): void {
  const { socket } = req
  let left = mostBytes
  // Now, because Node throws away all of a body that nobody has begun to read by the end of the answer.
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
    const timer = setTimeout(destroy, longestLinger)
    socket.once('close', () => clearTimeout(timer))
  }
  // What Node calls at the end of an answer that says it is a connection's last.
  socket.destroySoon = linger
  res.once('finish', linger)
}

/** Tells a client over HTTP/2, whose request has its answer, to send no more of its body: RFC 9113, 8.1. */
export function closeHttp2Body(req: IncomingMessage): void {
  const { stream } = req as unknown as Http2ServerRequest
  if (!req.complete && !stream.endAfterHeaders) stream.close()
}
