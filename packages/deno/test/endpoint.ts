// The server of a user: the endpoint of pages.
import { createHandler, serve, VecTrade } from '../src/index.ts'

const client = new VecTrade({ headers: { 'x-sandbox-fault': Deno.args[0] ?? '' }, maxRetries: 0 })
// Without heartbeats no write tells that a caller has left: Deno has to notice.
serve(createHandler({ client, heartbeat: 0 }), {
  hostname: '127.0.0.1',
  port: 0,
  onListen: ({ port }) => console.log(port),
})
