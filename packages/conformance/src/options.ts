import type { VecTrade, VecTradeOptions } from '@vectrade/core'

/** A runtime, and how the suite uses the SDK there. */
export interface ConformanceOptions {
  /** The name of the runtime in docs/runtimes.md. */
  runtime: string
  /** The runtime's own client. */
  createClient: (options: VecTradeOptions) => VecTrade
  /** The URL of the lab. See lab/start-lab.ts. */
  baseURL: string
  capabilities?: Capabilities
}

/**
 * Abilities that some runtimes lack. A case that needs one is defined only on runtimes that have
 * it.
 */
export interface Capabilities {
  /** Calls VecTrade's API with a key. A page calls an endpoint that adds the key. */
  key?: boolean
  /** Sends headers with the handshake of a WebSocket. */
  webSockets?: boolean
  /** Its fetch tells where a redirect leads. */
  redirects?: boolean
  /** Its fetch notices an aborted signal, however long ago the request started. */
  abortsLate?: boolean
  /** Its fetch sends each byte of a header's value unchanged. */
  headerBytes?: boolean
  /** Its fetch stops reading when the program does not read the body. */
  backpressure?: boolean
  /** Its server notices that a caller has left without having to write to it. */
  hearsLeaving?: boolean
  /** A request may use what another request has opened, such as a feed that all readers share. */
  sharedFeeds?: boolean
  /** Serves a handler at an address that the lab can reach. */
  serve?: Serve
}

export type Serve = (handler: (request: Request) => Promise<Response>) => Promise<Served>

export interface Served extends AsyncDisposable {
  url: string
}
