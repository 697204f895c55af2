/// <reference lib="esnext.disposable" preserve="true" />
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { nameMethod } from '@vectrade/core/adapter'
import { handlerOf } from './answer-request.ts'
import { SocketServer } from './live/socket-server.ts'
import { serveExchange } from './node-exchange.ts'
import { checkIsObject, type SandboxOptions } from './options.ts'
import { createParts } from './parts.ts'
import type { SandboxRequest } from './request-log.ts'

/** Options of {@link startSandbox}. All are optional. */
export interface StartOptions extends SandboxOptions {
  /** TCP port. 0 picks a free one. Default: 0. */
  port?: number
  /** Loopback address to listen on: `127.0.0.1` or another address of 127.0.0.0/8, `::1`, or
   * `localhost`. Default: `127.0.0.1`. */
  host?: string
}

/**
 * A running sandbox. `await using sandbox = await startSandbox()` closes it at the end of the
 * scope.
 */
export interface Sandbox extends AsyncDisposable {
  /** The `baseURL` for a client, such as `http://127.0.0.1:8787/v1`. It ends in the option
   * `basePath` if that is set. */
  readonly url: string
  /** The `liveURL` for a client, for live data over WebSockets, such as `ws://127.0.0.1:8787`. For live
   * data over Server-Sent Events, it is `url` with `/live` at its end. */
  readonly liveURL: string
  /** The key that the sandbox accepts. */
  readonly apiKey: string
  /**
   * Records of the requests, oldest first. New requests are added to this list. Keys are redacted.
   */
  readonly requests: readonly SandboxRequest[]
  /** How many analyses have run. Repeats with the same `Idempotency-Key` do not count. */
  readonly analysesRun: number
  /**
   * Ends every open connection at once, and resolves when the port is free. Can be called again.
   */
  close(): Promise<void>
}

/**
 * Starts a VecTrade API with simulated answers on a loopback address. It runs until you close it.
 *
 * @throws TypeError that names an invalid option
 * @throws Error from the system if it cannot listen, such as `EADDRINUSE` for a port that is in use
 * @example
 * ```ts
 * import { startSandbox } from '@vectrade/sandbox'
 *
 * const sandbox = await startSandbox({ tokensPerSecond: 40 })
 * const response = await fetch(`${sandbox.url}/ai/analyze`, {
 *   method: 'POST',
 *   headers: { authorization: `Bearer ${sandbox.apiKey}`, 'x-sandbox-fault': 'cutAfterEvents=3' },
 *   body: JSON.stringify({ prompt: 'Bull case for NVDA?', stream: true }),
 * })
 * await sandbox.close()
 * ```
 */
export async function startSandbox(options: StartOptions = {}): Promise<Sandbox> {
  checkIsObject(options)
  const { port = 0, host = '127.0.0.1', ...rest } = options
  if (!/^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host)) {
    throw new TypeError('`host` must be a loopback address such as 127.0.0.1 or ::1')
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError('`port` must be a whole number from 0 to 65535')
  }
  const parts = createParts(rest)
  const handler = handlerOf(parts)
  const closing = new AbortController()
  const surroundings = {
    handler,
    localPort: port,
    maxBodyBytes: parts.settings.maxBodyBytes,
    closing: closing.signal,
  }
  const sockets = await SocketServer.create(parts, surroundings)
  const serverOptions = {
    noDelay: true,
    keepAliveTimeout: 60_000,
    // Some clients ask for HTTP/2 in this way. Node 22 does not have this option.
    shouldUpgradeCallback: isWebSocket,
  }
  const server = createServer(serverOptions, (request, response) => {
    void serveExchange(request, response, surroundings)
  })
  server.on('upgrade', (request, socket, head) => void sockets.upgrade(request, socket, head))
  await listen(server, port, host)
  const boundPort = (server.address() as AddressInfo).port
  surroundings.localPort = boundPort
  const name = host.includes(':') ? `[${host}]` : host

  let closed: Promise<void> | undefined
  const close = (): Promise<void> => (closed ??= end())
  async function end(): Promise<void> {
    const isFree = once(server, 'close')
    server.close()
    closing.abort()
    server.closeAllConnections()
    await Promise.all([isFree, sockets.close()])
  }
  const sandbox: Sandbox = {
    url: `http://${name}:${boundPort}${options.basePath ?? '/v1'}`,
    liveURL: `ws://${name}:${boundPort}`,
    apiKey: handler.apiKey,
    requests: handler.requests,
    get analysesRun() {
      return handler.analysesRun
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  nameMethod(sandbox, 'asyncDispose', close)
  return sandbox
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
