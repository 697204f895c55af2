import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import {
  createHandler,
  type HandlerContext,
  type HandlerOptions,
  memoryStore,
  type StreamStore,
  toNodeHandler,
  VecTrade,
} from '@vectrade/node'
import { serve } from '@vectrade/test-kit/web-server'
import { textEvent } from './answers.ts'
import { startApi } from './api.ts'

/** An answer of VecTrade that a test creates step by step. */
export interface Source {
  send(...events: string[]): void
  end(...events: string[]): void
  /** Cuts it. */
  fail(): void
  /** Whether it has ended, on either side. */
  readonly closed: boolean
}

/** The parts of a request to an endpoint besides its method. */
export interface Asking {
  user?: string
  after?: string | number
}

/** A handler that stores streams, served by Node, and the API that it asks. */
export interface Endpoint extends AsyncDisposable {
  readonly store: StreamStore
  /** VecTrade's answers, oldest first. */
  readonly sources: readonly Source[]
  /** Asks for an analysis. Resolves once there is a response. */
  post(asking?: Asking): Promise<Response>
  /** Resumes a stream. */
  get(id: string, asking?: Asking): Promise<Response>
  delete(id: string, asking?: Asking): Promise<Response>
  client(): VecTrade
}

/** @param context the context that the platform passes to the handler */
export async function startEndpoint(
  options: Partial<HandlerOptions> = {},
  context?: HandlerContext,
): Promise<Endpoint> {
  const { store = memoryStore() } = options
  const sources: Source[] = []
  const api = await startApi((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    sources.push(sourceOf(response))
  })
  const handler = createHandler({ client: api.client(), heartbeat: 0, ...options, store })
  const server = await serve(toNodeHandler((request) => handler(request, context)))
  const ask = (method: string, query: string, { user, after }: Asking = {}): Promise<Response> => {
    const headers = new Headers()
    if (user !== undefined) headers.set('x-user', user)
    if (after !== undefined) headers.set('last-event-id', String(after))
    const body = method === 'POST' ? '{"prompt":"Bull case?"}' : null
    return fetch(`${server.url}${query}`, { method, headers, body })
  }
  return {
    store,
    sources,
    post: (asking) => ask('POST', '', asking),
    get: (id, asking) => ask('GET', `?stream=${encodeURIComponent(id)}`, asking),
    delete: (id, asking) => ask('DELETE', `?stream=${encodeURIComponent(id)}`, asking),
    client: () => new VecTrade({ endpoint: server.url }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await api[Symbol.asyncDispose]()
    },
  }
}

function sourceOf(response: ServerResponse): Source {
  let closed = false
  void once(response, 'close').then(() => (closed = true))
  return {
    send: (...events) => void response.write(events.join('')),
    end: (...events) => void response.end(events.join('')),
    fail: () => void response.destroy(),
    get closed() {
      return closed
    },
  }
}

/** Returns the id of the stream in a response. */
export function idOf(response: Response): string {
  return response.headers.get('x-vectrade-stream-id') ?? ''
}

/** A body that a test reads bit by bit. */
export interface BodyReader {
  /** All text that has been read so far. */
  readonly text: string
  /** Resolves when this text has been read. */
  until(part: string): Promise<void>
  cancel(): Promise<void>
}

export function readBitByBit(response: Response): BodyReader {
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  let text = ''
  return {
    get text() {
      return text
    },
    async until(part) {
      while (!text.includes(part)) {
        const { done, value } = await reader.read()
        if (done) throw new Error(`Ended without ${part}: ${text}`)
        text += decoder.decode(value, { stream: true })
      }
    },
    cancel: () => reader.cancel(),
  }
}

/** The greeting for a reader before any event has come. */
export const greeting = ': heartbeat\n\n'

/** An event in the form in which a handler with a store sends it. */
export function sent(content: string, id: number): string {
  return textEvent(content, String(id))
}
