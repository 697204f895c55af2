import { type AnalysisStream, VecTrade, type VecTradeOptions } from '@vectrade/node'
import { type Fault, formatFault } from '@vectrade/sandbox'
import { cuttingFetch } from './cutting-fetch.ts'

/** The addresses of the servers. */
export interface Places {
  baseURL: string
  apiKey: string
  endpoint: string
}

export type StoreName = 'none' | 'memory' | 'redis'

/** The clients of the soak's scenarios, and the answer that all scenarios should get. */
export class Lab {
  readonly prompt = 'Bull case for NVDA?'
  /** ms from a call to its first event, for streams without a delay. */
  readonly firstEvents: number[] = []
  readonly random: () => number
  /** The undisturbed answer. */
  whole = ''
  readonly #places: Places
  readonly #clients = new Map<string, VecTrade>()

  constructor(places: Places, random: () => number) {
    this.#places = places
    this.random = random
  }

  /** Asks for the undisturbed answer. */
  async open(): Promise<void> {
    this.whole = await this.direct().ai.stream(this.prompt).finalText()
  }

  /** Returns a program's client, with the key. */
  direct(fault: Fault = {}, options: VecTradeOptions = {}): VecTrade {
    const key = `direct ${JSON.stringify([fault, options])}`
    const { baseURL, apiKey } = this.#places
    const headers = { 'x-sandbox-fault': formatFault(fault) }
    return this.#client(key, () => ({ baseURL, apiKey, headers, ...options }))
  }

  /** Returns a page's client, which asks the site's endpoint. */
  page(store: StoreName, fault: Fault = {}): VecTrade {
    return this.#client(`page ${store} ${JSON.stringify(fault)}`, () => ({
      endpoint: this.#endpoint(store, fault),
    }))
  }

  /** Returns a page's client for one call. Its first connections are cut. */
  pageThatIsCut(store: StoreName, cuts: number): VecTrade {
    return new VecTrade({
      endpoint: this.#endpoint(store, {}),
      fetch: cuttingFetch(cuts, this.random),
    })
  }

  /** Reads all text, and records how long the first event took. */
  async read(stream: AnalysisStream): Promise<string> {
    const start = performance.now()
    let text = ''
    let isFirst = true
    for await (const event of stream) {
      if (isFirst) this.firstEvents.push(performance.now() - start)
      isFirst = false
      text += event.content
    }
    return text
  }

  #endpoint(store: StoreName, fault: Fault): string {
    const query = new URLSearchParams({ store, fault: formatFault(fault) })
    return `${this.#places.endpoint}?${query.toString()}`
  }

  #client(key: string, options: () => VecTradeOptions): VecTrade {
    let client = this.#clients.get(key)
    if (client === undefined) {
      client = new VecTrade(options())
      this.#clients.set(key, client)
    }
    return client
  }
}
