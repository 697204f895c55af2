// A user's server with the endpoint for pages.
import { createHandler, serve, VecTrade } from '../src/index.ts'

const client = new VecTrade({ headers: { 'x-sandbox-fault': Deno.args[0] ?? '' }, maxRetries: 0 })
// Without heartbeats, there is no failing write after a disconnect. Deno has to notice the disconnect.
serve(createHandler({ client, heartbeat: 0 }), {
  hostname: '127.0.0.1',
  port: 0,
  onListen: ({ port }) => console.log(port),
})
