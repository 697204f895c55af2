import { createHandler, type Fetch, type Handler, type HandlerOptions, VecTrade } from '../index.ts'
import { complete } from './body.ts'
import { answering } from './subject.ts'

export const url = 'https://app.example/api/analyze'

export interface Served {
  handler: Handler
  /** The requests to VecTrade. */
  sent: RequestInit[]
}

/** A handler with a client that always gets the same answer from VecTrade. Records its requests. */
export function serve(
  answer: () => Response | Promise<Response>,
  options: Partial<HandlerOptions> = {},
): Served {
  const sent: RequestInit[] = []
  const fetch: Fetch = async (_url, init) => {
    sent.push(init)
    return answer()
  }
  const client = new VecTrade({
    apiKey: 'vq_secret',
    baseURL: 'https://e/v1',
    fetch,
    maxRetries: 0,
  })
  return { handler: createHandler({ ...answering(client), ...options }), sent }
}

export const stream = (body: BodyInit): Response =>
  new Response(body, { headers: { 'content-type': 'text/event-stream' } })
export const ok = (): Response => stream(complete.join(''))

export function post(
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Request {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return new Request(url, { method: 'POST', body: text, headers, signal: signal ?? null })
}

export const question = { prompt: 'p' }
