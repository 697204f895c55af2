import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'

/** ms that a client has to read an answer that began before its request had ended. */
const longestLinger = 2_000
/** Bytes of the body that are read meanwhile. After that, the client's own buffers fill up. */
const mostBytes = 2 ** 20

/**
 * Whether the body of a request is still arriving when its answer begins. The connection's next request
 * could be read only after the whole body, however long the body is.
 */
export async function isBodyOnItsWay(req: IncomingMessage): Promise<boolean> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = req.headers
  const hasBody = length !== '0' || encoding !== undefined
  if (!hasBody || req.complete || req.httpVersionMajor > 1) return false
  // By the next turn, Node has read the bytes that arrived with the headers or right after them.
  await new Promise((resolve) => setImmediate(resolve))
  return !req.complete
}

/**
 * Closes the connection of a request shortly after its answer ends.
 *
 * Closing a socket with unread bytes resets the connection, and the client may lose the answer. So this
 * function first ends only the server's side after the answer. It then throws away some of the remaining
 * body until the client closes its side, the body ends or the time is over.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.6
 */
export function lingerAfterAnswer(req: IncomingMessage, res: ServerResponse): void {
  const { socket } = req
  let left = mostBytes
  // Reading starts now. Otherwise Node would read the whole body and throw it away at the end of the answer.
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
  // Node calls this at the end of an answer that closes its connection.
  socket.destroySoon = linger
  res.once('finish', linger)
}

/** Tells an HTTP/2 client that has its answer to stop sending the body: RFC 9113, section 8.1. */
export function closeHttp2Body(req: IncomingMessage): void {
  const { stream } = req as unknown as Http2ServerRequest
  if (!req.complete && !stream.endAfterHeaders) stream.close()
}
