import { type IncomingMessage, request as requestFrom, type ServerResponse } from 'node:http'

/**
 * The endpoint that pages call instead of the API. It passes everything on unchanged, and adds the
 * key. When one side disconnects, the other side is disconnected in the same way.
 */
export function passOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: URL,
  apiKey: string,
): void {
  // These headers are about the page. They are only for this server.
  const { origin: _, referer: __, ...headers } = incoming.headers
  const upstream = requestFrom(new URL(incoming.url ?? '/', target), {
    method: incoming.method,
    headers: { ...headers, host: target.host, authorization: `Bearer ${apiKey}` },
    agent: false,
  })
  let begun = false
  upstream.on('response', (answer) => {
    begun = true
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    outgoing.flushHeaders()
    answer.on('error', (error) => end(outgoing, error))
    answer.pipe(outgoing)
  })
  upstream.on('error', (error) => {
    if (!begun) end(outgoing, error)
  })
  outgoing.on('close', () => upstream.destroy())
  incoming.pipe(upstream)
}

function end({ socket }: ServerResponse, error: NodeJS.ErrnoException): void {
  if (error.code === 'ECONNRESET') socket?.resetAndDestroy()
  else socket?.destroy()
}
