import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** A replacement for VecTrade. It answers each prompt with numbered pieces of text, at a steady pace. */
export interface Upstream extends AsyncDisposable {
  url: string
  /** The number of requests for each prompt. */
  asked: Map<string, number>
  /** The number of answers that have not ended. */
  readonly running: number
}

/** Returns the nth piece of the answer to a prompt. */
export const piece = (prompt: string, at: number): string => `${prompt}:${at} 台積電 📈 é\n`

/**
 * @param events the number of events of each answer
 * @param step how many events are sent every 20 ms
 */
export async function startUpstream(events: number, step: number): Promise<Upstream> {
  const asked = new Map<string, number>()
  let running = 0
  const answer = async (response: ServerResponse, prompt: string): Promise<void> => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let at = 0; at < events && !response.destroyed; at += 1) {
      const event = { type: 'text', content: piece(prompt, at) }
      response.write(`data: ${JSON.stringify(event)}\n\n`)
      if (at % step === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    response.end('data: {"type":"done"}\n\ndata: [DONE]\n\n')
  }
  const server = createServer((request, response) => {
    running += 1
    response.on('close', () => (running -= 1))
    void json(request).then((body) => {
      const { prompt } = body as { prompt: string }
      asked.set(prompt, (asked.get(prompt) ?? 0) + 1)
      return answer(response, prompt)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    get running() {
      return running
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
