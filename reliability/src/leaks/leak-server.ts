import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The server that answers the streams. The first part of a path selects the ending. */
export interface LeakServer extends AsyncDisposable {
  /** The prefix of a client's `baseURL`. The ending's name and `/v1` follow it. */
  readonly url: string
}

const text = (content: string): string => `data: {"type":"text","content":"${content}"}\n\n`
const done = 'data: {"type":"done"}\n\ndata: [DONE]\n\n'
const begin = (response: ServerResponse, headers = {}): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
}
/** For endings with many simultaneous streams. Open connections would distort the client's figures. */
const lastOnConnection = { connection: 'close' }

const endings: Readonly<
  Record<string, (response: ServerResponse, request: IncomingMessage) => void>
> = {
  complete(response) {
    begin(response)
    response.end(text('a') + text('b') + done)
  },
  kept(response) {
    begin(response)
    response.write(text('a') + done)
  },
  endless(response) {
    begin(response)
    response.write(text('a'))
    const timer = setInterval(() => response.write(text('b')), 5)
    response.on('close', () => clearInterval(timer))
  },
  error(response) {
    begin(response)
    response.end(`${text('a')}event: error\ndata: {"error":{"type":"server_error"}}\n\n`)
  },
  refused(response) {
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end('{"error":{"type":"validation_error","message":"m"}}')
  },
  cut(response) {
    begin(response)
    response.write(text('a'), () => response.destroy())
  },
  silent() {
    // Sends nothing.
  },
  idle(response) {
    begin(response)
    response.write(text('a'))
  },
  live(response) {
    begin(response)
    let number = 0
    const write = (): void => {
      number += 1
      const quote = { type: 'quote.update', symbol: 'NVDA', price: number }
      response.write(`id: ${number}\ndata: ${JSON.stringify(quote)}\n\n`)
    }
    write()
    const timer = setInterval(write, 5)
    response.on('close', () => clearInterval(timer))
  },
  resumed(response, { method }) {
    begin(response, { 'x-vectrade-stream-id': 's-1', ...lastOnConnection })
    if (method === 'GET') response.end(`id: 2\n${text('b')}id: 3\n${done}`)
    else response.write(`retry: 100\nid: 1\n${text('a')}`, () => response.destroy())
  },
}

export async function startLeakServer(): Promise<LeakServer> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const name = /^\/(\w+)/.exec(request.url ?? '')?.[1] ?? ''
    request.resume()
    request.on('end', () => endings[name]?.(response, request))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
