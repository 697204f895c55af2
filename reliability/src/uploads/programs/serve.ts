import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { createHandler, toNodeHandler, VecTrade } from '@vectrade/node'

/** Refuses every request, with `node:http` or with the runtime's own server. Prints the port. */
const handler = createHandler({
  client: new VecTrade({ apiKey: 'vq_reliability', baseURL: 'http://127.0.0.1:1/v1' }),
  authorize: () => false,
})
const hostname = '127.0.0.1'

type Serve = (options: object) => { port?: number; addr?: { port: number } }
const { Bun, Deno } = globalThis as { Bun?: { serve: Serve }; Deno?: { serve: Serve } }

if (process.argv.at(-1) === 'own') {
  const options = { hostname, port: 0, onListen() {} }
  const served =
    Bun?.serve({ ...options, fetch: handler }) ??
    Deno?.serve({ ...options, handler: (request: Request) => handler(request) })
  console.log(served?.port ?? served?.addr?.port)
} else {
  const server = createServer(toNodeHandler(handler)).listen(0, hostname, () => {
    console.log((server.address() as AddressInfo).port)
  })
}
