import { createResponse } from 'better-sse'
import { produce, type Relay } from './relay.ts'

export const betterSse: Relay = {
  name: 'better-sse createResponse',
  isEndless: true,
  start(events) {
    // A session ends when its request does; there is no other way.
    const request = new AbortController()
    return createResponse(
      new Request('http://localhost/', { signal: request.signal }),
      async (session) => {
        await session.iterate(produce(events), { eventName: 'message' })
        request.abort()
      },
    )
  },
}
