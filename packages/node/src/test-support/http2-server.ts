import { once } from 'node:events'
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import type { AddressInfo } from 'node:net'

/** A response over HTTP/2. */
export interface Http2Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** An HTTP/2 server, and the session of a client that is connected to it. */
export interface Http2Server extends AsyncDisposable {
  readonly session: ClientHttp2Session
  ask(path?: string, headers?: Record<string, string>): Promise<Http2Answer>
}

export async function serveHttp2(
  listener: (req: Http2ServerRequest, res: Http2ServerResponse) => void,
): Promise<Http2Server> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return {
    session,
    async ask(path = '/', headers = {}) {
      const stream = session.request({ ':path': path, ...headers }).setEncoding('utf8')
      const [answer] = (await once(stream, 'response')) as [Http2Answer['headers']]
      const { ':status': status, ...given } = answer
      const text = (await Array.fromAsync(stream)).join('')
      return { status: Number(status), headers: given, text }
    },
    async [Symbol.asyncDispose]() {
      session.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
