import type { IncomingMessage, ServerResponse } from 'node:http'
import { createHandler, memoryStore, toNodeHandler, VecTrade } from '@vectrade/node'
import type { Sandbox } from '@vectrade/sandbox'

/** An endpoint that keeps its streams. With `?cut=900` no answer gets further than so many bytes. */
export function keptEndpoint(
  sandbox: Sandbox,
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const headers = { 'x-sandbox-fault': 'tokensPerSecond=200', 'x-lab-call': 'kept' }
  const client = new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey, headers })
  const handler = toNodeHandler(createHandler({ client, store: memoryStore() }))
  return (incoming, outgoing) => {
    const cut = new URL(incoming.url ?? '/', 'http://lab').searchParams.get('cut')
    if (cut !== null) cutBehind(outgoing, Number(cut))
    void handler(incoming, outgoing)
  }
}

function cutBehind(outgoing: ServerResponse, bytes: number): void {
  const write = outgoing.write.bind(outgoing) as (chunk: Uint8Array) => boolean
  let left = bytes
  outgoing.write = (chunk: Uint8Array) => {
    const isWriting = write(chunk.subarray(0, left))
    left -= chunk.length
    if (left <= 0) setTimeout(() => outgoing.destroy(), 5)
    return isWriting
  }
}
