import type { OutgoingHttpHeaders } from 'node:http'
import type { Answer } from './api.ts'

/** One event of a stream, as it goes over the wire. */
export function event(data: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
}

export function textEvent(content: string, id?: string): string {
  return event({ type: 'text', content }, id)
}

export const done = 'data: [DONE]\n\n'

/** The id of the stream that an endpoint stores. */
export const streamId = 'abcdefghijklmnopqrstuv'

const streaming = { 'content-type': 'text/event-stream' }
const stored = { 'x-vectrade-stream-id': streamId }

/** A complete answer. */
export function whole(body: string = textEvent('Hello') + done): Answer {
  return (response) => void response.writeHead(200, streaming).end(body)
}

/** Any answer. */
export function answer(
  status: number,
  headers: OutgoingHttpHeaders = {},
  body: string | Uint8Array = '',
): Answer {
  return (response) => void response.writeHead(status, headers).end(body)
}

/** An answer that is cut after this text, from an endpoint that stores streams. */
export function cut(body: string, headers: OutgoingHttpHeaders = stored): Answer {
  return (response) => {
    response.writeHead(200, { ...streaming, ...headers }).flushHeaders()
    // Written before the end. The end would overtake it on the way to the reader.
    response.write(body, () => setTimeout(() => response.destroy(), 50))
  }
}

/** An answer that sends this text, and then stays silent. */
export function silentAfter(body: string): Answer {
  return (response) => {
    response.writeHead(200, streaming).flushHeaders()
    if (body !== '') response.write(body)
  }
}

/** No answer at all. */
export const never: Answer = () => {}

/** An answer that repeats this text for ever, as fast as it is read. */
export function endless(
  status: number,
  headers: OutgoingHttpHeaders,
  piece: string = 'x'.repeat(16_384),
): Answer {
  return (response) => {
    response.writeHead(status, headers)
    const write = (): void => {
      while (!response.destroyed && response.write(piece));
    }
    response.on('drain', write)
    write()
  }
}
