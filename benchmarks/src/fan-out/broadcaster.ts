import type { IncomingMessage, RequestListener } from 'node:http'
import type { QuoteEvent } from '@vectrade/core'

/** One way to send the same events to many readers. */
export interface Broadcaster {
  /** Begins the response of a reader, which follows the symbols in its URL. */
  listener: RequestListener
  /** Sends events that are there at the same time to the readers that follow their symbols. */
  send: (events: QuoteEvent[]) => void
}

export function symbolsIn({ url = '' }: IncomingMessage): string[] {
  return new URL(url, 'http://localhost').searchParams.get('symbols')?.split(',') ?? []
}
