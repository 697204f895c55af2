import type { IncomingMessage } from 'node:http'

/** Returns `undefined` if `Request` does not allow something that HTTP allows, such as TRACE. */
export function toRequest(
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
    // HTTP/1.0 requests may have no Host. The handler would then use the host of the URL.
    if (!headers.has('host')) headers.set('host', '')
    // The client chooses `Host` and an absolute request target, so neither is used here.
    const path = url.startsWith('/') ? url : `/${url}`
    const init = { method, headers, signal }
    const bodiless = method === 'GET' || method === 'HEAD' || body.byteLength === 0
    return new Request(`http://127.0.0.1:${localPort}${path}`, bodiless ? init : { ...init, body })
  } catch {
    return undefined
  }
}
