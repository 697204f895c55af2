/// <reference lib="esnext.disposable" preserve="true" />
import {
  checkBoolean,
  checkFunction,
  checkOptions,
  type Checks,
  checkSignal,
  checkString,
  wholeNumber,
} from '@vectrade/core/adapter'
import { withAdvice } from './permission.ts'

/** What `Deno.serve` takes for a server on a TCP port. */
export interface ServeOptions {
  /** Default 8000; 0 is any free port. */
  port?: number
  /** An address of this machine. Default `0.0.0.0`, which is all of them. */
  hostname?: string
  /** Aborted, it closes the server and every connection at once; see `shutdown()`. */
  signal?: AbortSignal
  /** Called once it listens. Default: the address is printed. */
  onListen?: (address: HttpServer['addr']) => void
  /** Answers where the handler throws. Default: the error is printed and the answer is 500. */
  onError?: (error: unknown) => Response | Promise<Response>
  /** Lets several processes listen on one port. Default false. */
  reusePort?: boolean
  /** The certificate chain for HTTPS, as PEM; with `key`. */
  cert?: string
  /** The private key for HTTPS, as PEM. */
  key?: string
}

/** Deno's `Deno.HttpServer`; `await using server = serve(…)` shuts it down. */
export interface HttpServer extends AsyncDisposable {
  /** Where it listens. */
  readonly addr: { transport: 'tcp' | 'udp'; hostname: string; port: number }
  /** Resolves when the server has ended. */
  readonly finished: Promise<void>
  /** Takes no new requests, and resolves once those that run have ended, streams included. */
  shutdown(): Promise<void>
  /** Keeps the process alive while the server runs, which is the default. */
  ref(): void
  /** Lets the process end although the server runs. */
  unref(): void
}

const serveChecks: Checks<ServeOptions> = {
  port: /* @__PURE__ */ wholeNumber(8000, 0, 65_535),
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
 * `Deno.serve` for a handler such as `createHandler` makes. The server belongs to the caller: end it
 * by `signal`, `shutdown()` or `await using`.
 *
 * @throws ConfigurationError on a handler that is no function, on a wrong option, or, with the
 *   flag to set, if Deno may not listen there. Other errors of `Deno.serve` are passed on, such
 *   as `Deno.errors.AddrInUse`.
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
    // Deno's second argument, the connection, is not the handler's.
    return Deno.serve(options, (request) => handler(request))
  } catch (error) {
    const { hostname = '0.0.0.0', port = serveChecks.port.default } = options
    const host = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
    throw withAdvice(error, `listen on ${host}`, `--allow-net=${host}`)
  }
}
