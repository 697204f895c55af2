import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect } from 'vitest'

/** Asks an endpoint a question, and returns the status and the whole body. */
export async function ask(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'Bull case for NVDA?' }),
  })
  return { status: response.status, body: await response.text() }
}

/** Matches a whole answer, which has text and is complete. */
export const wholeAnswer = {
  status: 200,
  body: expect.stringMatching(/^data: [^]*"type":"text"[^]*data: \[DONE\]\n\n$/) as string,
}

/** Returns a port that was free a moment ago, for programs that cannot report a port of their own. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
