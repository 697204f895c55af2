import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { VecTrade, type VecTradeOptions } from '@vectrade/node'
import { serve } from '@vectrade/test-kit/web-server'

/** A request that a test's API received. */
export interface Asked {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
  /** When it came, in ms. */
  at: number
}

/** Answers a request for a test's API after its body has been read. */
export type Answer = (response: ServerResponse, asked: Asked) => void

/** A test server that answers each request by a script, and records the requests. */
export interface Api extends AsyncDisposable {
  readonly origin: string
  readonly asked: readonly Asked[]
  /** The number of answers that are neither complete nor cut. */
  readonly open: number
  /** Returns a client of the API, with a key. It does not retry by default. */
  client(options?: VecTradeOptions): VecTrade
  /** Returns a client that uses the server as an endpoint, which may store streams. */
  pageClient(options?: VecTradeOptions): VecTrade
}

/** @param answers the nth answer is for the nth request, and the last one for all later requests */
export async function startApi(...answers: Answer[]): Promise<Api> {
  const asked: Asked[] = []
  const open = new Set<ServerResponse>()
  const listen = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    open.add(response)
    response.on('close', () => open.delete(response))
    const { method = '', url = '', headers } = request
    const each = { method, path: url, headers, body: await text(request), at: performance.now() }
    const answer = answers[Math.min(asked.push(each), answers.length) - 1]
    answer?.(response, each)
  }
  const server = await serve((request, response) => {
    // A request that is cut gets no answer.
    listen(request, response).catch(() => {})
  })
  const origin = `http://127.0.0.1:${server.port}`
  return {
    origin,
    asked,
    get open() {
      return open.size
    },
    client: (options) =>
      new VecTrade({
        apiKey: 'vq_none_at_all',
        baseURL: `${origin}/v1`,
        maxRetries: 0,
        ...options,
      }),
    pageClient: (options) => new VecTrade({ endpoint: `${origin}/api/analyze`, ...options }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
