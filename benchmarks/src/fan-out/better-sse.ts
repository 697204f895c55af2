import { type Channel, createChannel, createSession } from 'better-sse'
import { type Broadcaster, symbolsIn } from './broadcaster.ts'

/** A channel for each symbol: one channel with a filter would ask all sessions about each event. */
export function betterSse(): Broadcaster {
  const channels = new Map<string, Channel>()
  return {
    listener: (request, response) =>
      void createSession(request, response).then((session) => {
        for (const symbol of symbolsIn(request)) {
          const channel = channels.get(symbol) ?? createChannel()
          channels.set(symbol, channel)
          channel.register(session)
        }
      }),
    send(events) {
      for (const event of events) channels.get(event.symbol)?.broadcast(event)
    },
  }
}
