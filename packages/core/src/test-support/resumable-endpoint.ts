import { createHandler, type Fetch, type HandlerOptions, memoryStore, VecTrade } from '../index.ts'
import { answering } from './subject.ts'

export const endpoint = 'https://app.example/api/analyze'

/** VecTrade as a test controls it. The methods act on the answer to its last request. */
export interface Upstream {
  /** Sends messages. Strings are sent as they are, everything else as JSON. */
  send(...messages: unknown[]): void
  end(): void
  /** Cuts the answer. */
  fail(): void
  /** The messages that were sent and are not yet read. */
  readonly unread: number
  /** How many requests VecTrade got. */
  readonly requests: number
  /** Whether the endpoint ended its request. */
  readonly isCancelled: boolean
}

/** An endpoint with a store in this process, a client of it, and the VecTrade that it calls. */
export interface ResumableEndpoint {
  handler: ReturnType<typeof createHandler>
  upstream: Upstream
  /** The requests of the client, such as `POST` and `GET after 3`. */
  requests: string[]
  /** Cuts the response to the client's nth request after so many bytes. With 0, there is no response. */
  cuts: Map<number, number>
  client: VecTrade
}

export function resumableEndpoint(options: Partial<HandlerOptions> = {}): ResumableEndpoint {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const encoder = new TextEncoder()
  const upstream = {
    isCancelled: false,
    get unread() {
      return -(controller?.desiredSize ?? 0)
    },
    requests: 0,
    send: (...messages: unknown[]) => {
      for (const message of messages) {
        const text = typeof message === 'string' ? message : JSON.stringify(message)
        controller?.enqueue(encoder.encode(`data: ${text}\n\n`))
      }
    },
    end: () => controller?.close(),
    fail: () => controller?.error(new TypeError('terminated')),
  }
  const keyedClient = new VecTrade({
    apiKey: 'vq_secret',
    baseURL: 'https://e/v1',
    maxRetries: 0,
    fetch: async (_url, { signal }) => {
      upstream.requests += 1
      const body = new ReadableStream<Uint8Array>({
        start: (started) => void (controller = started),
        cancel: () => void (upstream.isCancelled = true),
      })
      signal?.addEventListener('abort', () => (upstream.isCancelled = true))
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
  })
  const handler = createHandler({
    ...answering(keyedClient),
    store: memoryStore({ lease: 600 }),
    heartbeat: 0,
    ...options,
  })
  const requests: string[] = []
  const cuts = new Map<number, number>()
  const fetch: Fetch = async (url, init) => {
    const after = new Headers(init.headers).get('last-event-id')
    requests.push(`${init.method}${after === null ? '' : ` after ${after}`}`)
    const limit = cuts.get(requests.length)
    if (limit === 0) throw new TypeError('fetch failed')
    const response = await handler(new Request(url, init))
    return limit === undefined ? response : cutAfter(response, limit)
  }
  return { handler, upstream, requests, cuts, client: new VecTrade({ endpoint, fetch }) }
}

function cutAfter(response: Response, limit: number): Response {
  const reader = response.body?.getReader()
  let left = limit
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const result = await reader?.read()
        if (!result || result.done) return controller.close()
        controller.enqueue(result.value.subarray(0, left))
        left -= result.value.length
        if (left > 0) return
        await reader?.cancel()
        controller.error(new TypeError('network error'))
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, response)
}
