import { createHandler, type Fetch, type HandlerOptions, memoryStore, VecTrade } from '../index.ts'

export const endpoint = 'https://app.example/api/analyze'

/** Something to let go step by step. */
export interface Source {
  /** What VecTrade sends next. */
  send(...messages: unknown[]): void
  end(): void
  fail(): void
  /** Messages that VecTrade has sent and nobody has taken. */
  readonly waiting: number
  /** Whether VecTrade was asked. */
  readonly isOpen: boolean
  /** How often. */
  readonly asked: number
  /** Whether the request to VecTrade was ended from this side. */
  readonly cancelled: boolean
}

/** An endpoint that keeps streams, all in this process, and what VecTrade answers behind it. */
export interface Kept {
  handler: ReturnType<typeof createHandler>
  source: Source
  /** What reached the endpoint: `POST`, `GET after 3`, … */
  asked: string[]
  /** Cuts the body of the nth request behind so many bytes; with 0, there is no response at all. */
  cut: Map<number, number>
  client: VecTrade
}

export function kept(options: Partial<HandlerOptions> = {}): Kept {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const encoder = new TextEncoder()
  const source = {
    cancelled: false,
    get waiting() {
      return -(controller?.desiredSize ?? 0)
    },
    isOpen: false,
    asked: 0,
    send: (...messages: unknown[]) => {
      for (const message of messages) {
        const text = typeof message === 'string' ? message : JSON.stringify(message)
        controller?.enqueue(encoder.encode(`data: ${text}\n\n`))
      }
    },
    end: () => controller?.close(),
    fail: () => controller?.error(new TypeError('terminated')),
  }
  const upstream = new VecTrade({
    apiKey: 'vq_secret',
    baseURL: 'https://e/v1',
    maxRetries: 0,
    fetch: async (_url, { signal }) => {
      source.isOpen = true
      source.asked += 1
      const body = new ReadableStream<Uint8Array>({
        start: (started) => void (controller = started),
        cancel: () => void (source.cancelled = true),
      })
      signal?.addEventListener('abort', () => (source.cancelled = true))
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
  })
  const handler = createHandler({
    client: upstream,
    store: memoryStore({ lease: 600 }),
    heartbeat: 0,
    ...options,
  })
  const asked: string[] = []
  const cut = new Map<number, number>()
  const fetch: Fetch = async (url, init) => {
    const headers = new Headers(init.headers)
    const after = headers.get('last-event-id')
    asked.push(`${init.method}${after === null ? '' : ` after ${after}`}`)
    const limit = cut.get(asked.length)
    if (limit === 0) throw new TypeError('fetch failed')
    const response = await handler(new Request(url, init))
    return limit === undefined ? response : cutBehind(response, limit)
  }
  return { handler, source, asked, cut, client: new VecTrade({ endpoint, fetch }) }
}

function cutBehind(response: Response, limit: number): Response {
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
