import type { ServerResponse } from 'node:http'
import type { QuoteEvent } from '@vectrade/core'
import { type Broadcaster, symbolsIn } from './broadcaster.ts'

/**
 * The least that any server does: each event becomes bytes once, which all readers share. It has no ids, no limits
 * and no heartbeats.
 */
export function bareLoop(): Broadcaster {
  const { listener, followers } = bareResponses()
  return {
    listener,
    send(events) {
      for (const event of events) {
        const bytes = toMessage(event)
        for (const response of followers.get(event.symbol) ?? []) response.write(bytes)
      }
    },
  }
}

/** The same with one write for all events that are there at the same time. All readers must follow the same symbols. */
export function joiningLoop(): Broadcaster {
  const { listener, followers } = bareResponses()
  return {
    listener,
    send(events) {
      const bytes = Buffer.concat(events.map(toMessage))
      for (const response of followers.get(events[0]!.symbol) ?? []) response.write(bytes)
    },
  }
}

/** The open responses by the symbols that their readers follow. */
function bareResponses(): Pick<Broadcaster, 'listener'> & {
  followers: Map<string, Set<ServerResponse>>
} {
  const followers = new Map<string, Set<ServerResponse>>()
  return {
    followers,
    listener(request, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.flushHeaders()
      const symbols = symbolsIn(request)
      for (const symbol of symbols) {
        followers.set(symbol, (followers.get(symbol) ?? new Set()).add(response))
      }
      response.once('close', () => {
        for (const symbol of symbols) followers.get(symbol)?.delete(response)
      })
    },
  }
}

function toMessage(event: QuoteEvent): Buffer {
  return Buffer.from(`data: ${JSON.stringify(event)}\n\n`)
}
