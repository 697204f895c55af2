import type { VecTrade, VecTradeOptions } from '@vectrade/core'

/** A runtime, and how the suite reaches the product there. */
export interface ConformanceOptions {
  /** As the table of runtimes has it. */
  runtime: string
  /** The runtime's own client. */
  createClient: (options: VecTradeOptions) => VecTrade
  /** Where the lab listens: see lab/start-lab.ts. */
  baseUrl: string
  capabilities?: Capabilities
}

/** What not every runtime can; a case that needs what a runtime lacks is not defined there. */
export interface Capabilities {
  /** Asks VecTrade's API itself, with a key; a page asks an endpoint that adds it. */
  key?: boolean
  /** Its fetch tells where a redirect leads. */
  redirects?: boolean
  /** Its fetch hears of an aborted signal, however long ago the request began. */
  abortsLate?: boolean
  /** Its fetch sends each byte of a header's value as it is. */
  headerBytes?: boolean
  /** Its fetch stops reading when nobody reads the body. */
  backpressure?: boolean
  /** Its server hears of a caller who leaves without having to write to it. */
  hearsLeaving?: boolean
  /** Serves a handler at an address that the lab can reach. */
  serve?: Serve
}

export type Serve = (handler: (request: Request) => Promise<Response>) => Promise<Served>

export interface Served extends AsyncDisposable {
  url: string
}
