import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * An endpoint whose event IDs are not numbers. Its answer is cut after the first event. The next
 * answer contains the bytes of the ID, in hex, with which the client asked for the rest.
 */
export function opaqueIds(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const headers = { 'content-type': 'text/event-stream', 'x-vectrade-stream-id': 'opaque' }
  outgoing.writeHead(200, headers)
  if (incoming.method === 'POST') {
    const id = new URL(incoming.url ?? '/', 'http://lab').searchParams.get('id') ?? ''
    outgoing.end(`id: ${id}\ndata: {"type":"text","content":""}\n\n`)
    return
  }
  const asked = Buffer.from(incoming.headers['last-event-id']?.toString() ?? '', 'latin1')
  const event = { type: 'text', content: asked.toString('hex') }
  outgoing.end(`data: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`)
}
