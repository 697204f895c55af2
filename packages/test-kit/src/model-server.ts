import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { serve } from './web-server.ts'

/** A question that a {@link ModelServer} has received. */
export interface ModelRequest {
  path: string
  headers: Record<string, string | string[] | undefined>
  body: {
    model: string
    messages: { role: string; content: string }[]
    stream?: boolean
    stream_options?: object
  }
  /** Whether its connection has ended, or its answer is complete. */
  isOver: boolean
}

/** A real HTTP server in the place of a model's server. Its answers are whatever a test wants. */
export interface ModelServer extends AsyncDisposable {
  /** The base URL of its API. */
  readonly url: string
  /** The questions, oldest first. */
  readonly requests: readonly ModelRequest[]
}

/** Starts a server that answers each question with `answer`. */
export async function startModelServer(
  answer: (response: ServerResponse, request: ModelRequest) => unknown,
): Promise<ModelServer> {
  const requests: ModelRequest[] = []
  const server = await serve((incoming, response) => {
    let text = ''
    incoming.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    incoming.on('end', () => {
      const body = JSON.parse(text) as ModelRequest['body']
      const { url: path = '', headers } = incoming
      const request: ModelRequest = { path, headers, body, isOver: false }
      requests.push(request)
      response.on('close', () => (request.isOver = true))
      answer(response, request)
    })
  })
  return {
    url: `${server.url}v1`,
    requests,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** Starts a stream, and sends these chunks. Leaves it open. */
export function sendChunks(response: ServerResponse, ...chunks: (object | string)[]): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const chunk of chunks) response.write(messageOf(chunk))
}

/** Sends a complete stream. */
export function sendStream(response: ServerResponse, ...chunks: (object | string)[]): void {
  sendChunks(response, ...chunks)
  response.end()
}

/** Sends text chunks as fast as the reader takes them, until it leaves. Returns how many it took. */
export async function sendEndlessly(
  response: ServerResponse,
  sent: (count: number) => void,
): Promise<void> {
  const chunk = textChunk('word '.repeat(1000))
  sendChunks(response, chunk)
  for (let count = 1; !response.destroyed; count += 1) {
    sent(count)
    if (response.write(messageOf(chunk))) await new Promise(setImmediate)
    else await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export function textChunk(content: string): object {
  return { choices: [{ index: 0, delta: { content }, finish_reason: null }] }
}

export function endChunk(reason = 'stop'): object {
  return { choices: [{ index: 0, delta: {}, finish_reason: reason }] }
}

/** The usage, as it comes last and without choices. */
export const usageChunk: object = {
  choices: [],
  usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
}

function messageOf(chunk: object | string): string {
  return `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`
}
