/// <reference lib="esnext.disposable" preserve="true" />
import {
  checkBoolean,
  checkFunction,
  checkOptions,
  type Checks,
  checkSignal,
  checkString,
  wholeNumberBetween,
} from '@vectrade/core/adapter'
import { toPermissionError } from './permission.ts'

/** The options of `Deno.serve` for a server on a TCP port. */
export interface ServeOptions {
  /** The port to listen on. 0 takes any free port. Default 8000. */
  port?: number
  /** The address to listen on. Default `0.0.0.0`, which is all addresses of this machine. */
  hostname?: string
  /** Aborting it closes the server and all connections at once. `shutdown()` lets requests finish. */
  signal?: AbortSignal
  /** Called when the server listens. Default: prints the address. */
  onListen?: (address: HttpServer['addr']) => void
  /** Returns the response if the handler throws. Default: prints the error and answers with status 500. */
  onError?: (error: unknown) => Response | Promise<Response>
  /** Allows several processes to listen on the same port. Default false. */
  reusePort?: boolean
  /** The certificate chain for HTTPS, as PEM. Requires `key`. */
  cert?: string
  /** The private key for HTTPS, as PEM. Requires `cert`. */
  key?: string
}

/** Deno's `Deno.HttpServer`. With `await using server = serve(…)`, it shuts down at the end of the block. */
export interface HttpServer extends AsyncDisposable {
  /** The address that the server listens on. */
  readonly addr: { transport: 'tcp' | 'udp'; hostname: string; port: number }
  /** Resolves when the server has closed. */
  readonly finished: Promise<void>
  /** Accepts no new requests. Resolves when all running requests have ended, streams included. */
  shutdown(): Promise<void>
  /** Keeps the process alive while the server runs. This is the default. */
  ref(): void
  /** Lets the process exit while the server runs. */
  unref(): void
}

const serveChecks: Checks<ServeOptions> = {
  port: /* @__PURE__ */ wholeNumberBetween(8000, 0, 65_535),
  hostname: checkString,
  signal: checkSignal,
  onListen: checkFunction,
  onError: checkFunction,
  reusePort: checkBoolean,
  cert: checkString,
  key: checkString,
}

/** Answers the requests of a server, such as the function that `createHandler` returns. */
export type ServeHandler = (request: Request) => Response | Promise<Response>

/**
 * Serves a handler, such as the one that `createHandler` returns, with `Deno.serve`. The caller owns the
 * server and ends it with `signal`, `shutdown()` or `await using`.
 *
 * @throws ConfigurationError if `handler` is not a function, if an option is invalid, or if Deno may not
 *   listen on the address. In the last case, the message names the flag to set. Other errors of
 *   `Deno.serve`, such as `Deno.errors.AddrInUse`, are thrown unchanged.
 * @example
 * ```ts
 * import { createHandler, serve, VecTrade } from '@vectrade/deno'
 *
 * const client = new VecTrade({ apiKey: 'vq_example' })
 * const start = () => serve(createHandler({ client }), { port: 3000, hostname: '127.0.0.1' })
 * ```
 */
export function serve(handler: ServeHandler, options: ServeOptions = {}): HttpServer {
  checkFunction('handler', handler)
  checkOptions(options, serveChecks)
  const { Deno } = globalThis as unknown as {
    Deno: { serve(options: ServeOptions, handler: ServeHandler): HttpServer }
  }
  try {
    // The handler takes only the request. Deno's second argument is about the connection.
    return Deno.serve(options, (request) => handler(request))
  } catch (error) {
    const { hostname = '0.0.0.0', port = serveChecks.port.default } = options
    const host = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
    throw toPermissionError(error, `listen on ${host}`, `--allow-net=${host}`)
  }
}
