import {
  createServer,
  type IncomingMessage,
  request as send,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTLSServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { makeCertificates } from './certificates.ts'

/** What can stand between an example and the sandbox: see the directive `with` in docs/README.md. */
export interface Surroundings {
  /** A proxy at `PROXY_URL`. It passes requests for http on, and opens a tunnel for https. */
  proxy: () => Promise<Between>
  /** The sandbox over TLS. Unless `mutual` is false, it refuses clients without a certificate. */
  certificates: (api: string, mutual?: boolean) => Promise<Between>
  /** The sandbox, with its connections counted. */
  connections: (api: string) => Promise<Between>
}

export const surroundings: Surroundings = { proxy, certificates, connections }

/** A server between an example and the sandbox, which counts what comes to it. */
export interface Between extends AsyncDisposable {
  /** The environment variables that lead to it. */
  readonly variables: Readonly<Record<string, string>>
  /** The requests that came to it. A tunnel through a proxy is one request. */
  readonly requests: number
  readonly connections: number
}

async function proxy(): Promise<Between> {
  const server = new CountingServer(
    createServer((request, response) => passOn(request, response, request.url ?? '')),
  )
  const port = await server.listen()
  return server.as({ PROXY_URL: `http://127.0.0.1:${port}` })
}

async function certificates(api: string, mutual = true): Promise<Between> {
  const made = await makeCertificates()
  const options = { ...made.server, requestCert: mutual, rejectUnauthorized: mutual }
  const server = new CountingServer(createTLSServer(options, passingOnTo(api)), made)
  const port = await server.listen()
  return server.as({ ...made.files, VECTRADE_BASE_URL: `https://127.0.0.1:${port}/v1` })
}

async function connections(api: string): Promise<Between> {
  const server = new CountingServer(createServer(passingOnTo(api)))
  const port = await server.listen()
  return server.as({ VECTRADE_BASE_URL: `http://127.0.0.1:${port}/v1` })
}

class CountingServer {
  requests = 0
  connections = 0
  readonly #server: Server
  readonly #owned: Disposable | undefined

  constructor(server: Server, owned?: Disposable) {
    this.#server = server
    this.#owned = owned
    server.on('connection', () => (this.connections += 1))
    server.on('request', () => (this.requests += 1))
    server.on('connect', ({ url = '' }: IncomingMessage, socket: Socket) => {
      this.requests += 1
      openTunnel(url, socket)
    })
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    return (this.#server.address() as AddressInfo).port
  }

  as(variables: Between['variables']): Between {
    return Object.assign(this, { variables })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    this.#owned?.[Symbol.dispose]()
  }
}

function passingOnTo(api: string): RequestListener {
  return (request, response) => passOn(request, response, new URL(request.url ?? '', api).href)
}

function passOn(request: IncomingMessage, response: ServerResponse, url: string): void {
  const { method, headers } = request
  const { host } = new URL(url)
  const onward = send(url, { method, headers: { ...headers, host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => response.destroy())
  response.on('close', () => onward.destroy())
  request.pipe(onward)
}

function openTunnel(target: string, socket: Socket): void {
  const { hostname, port } = new URL(`http://${target}`)
  const onward = connect(Number(port), hostname, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    socket.pipe(onward).pipe(socket)
  })
  for (const [end, other] of [
    [socket, onward],
    [onward, socket],
  ] as const) {
    end.on('error', () => {})
    end.on('close', () => other.destroy())
  }
}
