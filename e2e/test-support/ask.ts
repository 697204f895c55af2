import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect } from 'vitest'

/** What an endpoint answers to a question: the status and the whole body. */
export async function ask(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'Bull case for NVDA?' }),
  })
  return { status: response.status, body: await response.text() }
}

/** A whole answer: it has text, and it is complete. */
export const wholeAnswer = {
  status: 200,
  body: expect.stringMatching(/^data: [^]*"type":"text"[^]*data: \[DONE\]\n\n$/) as string,
}

/** A port that was free a moment ago, for programs that cannot say which one they took. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
