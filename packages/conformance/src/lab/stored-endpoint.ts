import type { IncomingMessage, ServerResponse } from 'node:http'
import { createHandler, memoryStore, toNodeHandler, VecTrade } from '@vectrade/node'
import type { Sandbox } from '@vectrade/sandbox'

/** An endpoint that stores its streams. `?cut=900` cuts each connection after 900 bytes. */
export function storedEndpoint(
  sandbox: Sandbox,
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const headers = { 'x-sandbox-fault': 'tokensPerSecond=200', 'x-lab-call': 'stored' }
  const client = new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey, headers })
  const handler = toNodeHandler(createHandler({ client, store: memoryStore() }))
  return (incoming, outgoing) => {
    const cut = new URL(incoming.url ?? '/', 'http://lab').searchParams.get('cut')
    if (cut !== null) cutAfter(outgoing, Number(cut))
    void handler(incoming, outgoing)
  }
}

function cutAfter(outgoing: ServerResponse, bytes: number): void {
  const write = outgoing.write.bind(outgoing) as (chunk: Uint8Array) => boolean
  let left = bytes
  outgoing.write = (chunk: Uint8Array) => {
    const isWriting = write(chunk.subarray(0, left))
    left -= chunk.length
    if (left <= 0) setTimeout(() => outgoing.destroy(), 5)
    return isWriting
  }
}
