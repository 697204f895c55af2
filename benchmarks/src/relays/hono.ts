import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { produce, type Relay } from './relay.ts'

export const hono: Relay = {
  name: 'hono streamSSE',
  start(events) {
    const app = new Hono()
    app.get('/', (context) =>
      streamSSE(context, async (stream) => {
        for await (const event of produce(events)) {
          await stream.writeSSE({ data: JSON.stringify(event) })
        }
        await stream.writeSSE({ data: '[DONE]' })
      }),
    )
    return app.request('/')
  },
}
