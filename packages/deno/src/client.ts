import {
  type EventTypes,
  type Fetch,
  type NoEventTypes,
  VecTrade as CoreVecTrade,
  type VecTradeOptions,
} from '@vectrade/core'
import { toPermissionError } from './permission.ts'
import {
  checkFunction,
  checkOptions,
  type LiveSocket,
  type RuntimeDefaults,
  withRuntime,
} from '@vectrade/core/adapter'

/**
 * A client for VecTrade's AI stock analysis on Deno.
 *
 * The API key comes from the option `apiKey` or the environment variable `VECTRADE_API_KEY`. The base
 * URL comes from the option `baseURL` or the variable `VECTRADE_BASE_URL`, and that of live data from `liveURL` or
 * `VECTRADE_LIVE_URL`. Reading a variable needs `--allow-env`. No permission is needed for a variable if its option is
 * set. If `apiKey` is set, none is needed for the other two variables either. Calls need `--allow-net` for the host.
 *
 * @throws ConfigurationError if an option is invalid or Deno may not read the environment. Calls throw it
 *   if the key is missing or Deno may not connect. If a permission is missing, the message names the flag.
 * @example
 * ```ts
 * import { VecTrade } from '@vectrade/deno'
 *
 * using client = new VecTrade({ apiKey: 'vq_example' })
 * console.log(JSON.stringify(client).includes('vq_example')) // false
 * ```
 */
export class VecTrade<const Types extends EventTypes = NoEventTypes> extends CoreVecTrade<Types> {
  constructor(options?: VecTradeOptions<Types>)
  /** @internal */
  constructor(options?: VecTradeOptions<Types>, runtime?: RuntimeDefaults)
  constructor(options: VecTradeOptions<Types> = {}, runtime: RuntimeDefaults = {}) {
    // Checked before it is used below. Core checks the other options.
    checkOptions<Pick<VecTradeOptions, 'fetch'>>(options, { fetch: checkFunction })
    super(
      ...withRuntime(
        { ...options, fetch: fetchWithPermissionErrors(options.fetch) },
        { name: 'deno', env: (name) => readVariable(name, options), openSocket, ...runtime },
      ),
    )
  }
}

interface DenoEnvironment {
  env: { get(name: string): string | undefined }
  permissions?: { querySync(permission: { name: 'env'; variable: string }): { state: string } }
}

function isReadable(deno: DenoEnvironment | undefined, variable: string): boolean {
  return deno?.permissions?.querySync({ name: 'env', variable }).state === 'granted'
}

function readVariable(name: string, { apiKey }: VecTradeOptions): string | undefined {
  // `Deno` is missing on other runtimes, where this package can be imported too.
  const { Deno } = globalThis as { Deno?: DenoEnvironment }
  // Nothing depends on this variable, so Deno neither asks for its permission nor refuses the client.
  if (name === 'VECTRADE_LOG' && !isReadable(Deno, name)) return undefined
  try {
    return Deno?.env.get(name)
  } catch (error) {
    const isLive = name === 'VECTRADE_LIVE_URL'
    const permissionError = toPermissionError(
      error,
      `read the environment variable ${name}`,
      `--allow-env=VECTRADE_API_KEY,VECTRADE_BASE_URL${isLive ? `,${name}` : ''}`,
      isLive ? ', or pass the option `liveURL`' : ', or pass the options `apiKey` and `baseURL`',
    )
    // If the key is an option and the environment is not readable, nothing is configured there. The public
    // API is used, and --allow-net still has to name its host. But if the key is in the environment, the
    // base URL may be there too. Then the public API could be the wrong host to send the key to.
    if (permissionError !== error && apiKey !== undefined) return undefined
    throw permissionError
  }
}

/** Opens a WebSocket. Deno's own option sets the headers of the handshake. */
function openSocket(url: string, headers: Record<string, string>): LiveSocket {
  const Socket = WebSocket as unknown as new (url: string, options: object) => LiveSocket
  try {
    return new Socket(url, { headers })
  } catch (error) {
    throw netPermissionError(error, url)
  }
}

/**
 * Wraps a fetch so that a missing permission is a ConfigurationError that names the flag. A ConnectionError
 * would be retried in vain.
 */
function fetchWithPermissionErrors(
  fetch: Fetch = (url, init) => globalThis.fetch(url, init),
): Fetch {
  return async (url, init) => {
    try {
      return await fetch(url, init)
    } catch (error) {
      throw netPermissionError(error, url)
    }
  }
}

function netPermissionError(error: unknown, url: string): unknown {
  const { host } = new URL(url)
  return toPermissionError(error, `connect to ${host}`, `--allow-net=${host}`)
}
