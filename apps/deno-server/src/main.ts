import { createHandler, serve, VecTrade } from '@vectrade/deno'
import { createSandboxHandler } from '@vectrade/sandbox/handler'

// Anyone who can reach this endpoint asks with your key. Add `authorize` before others can reach it.
const analyze = createHandler({ client: connect() })

serve(
  (request) => {
    if (new URL(request.url).pathname === '/api/analyze') return analyze(request)
    return new Response('Here is POST /api/analyze\n', { status: 404 })
  },
  {
    hostname: '127.0.0.1',
    port: Number(Deno.env.get('PORT') ?? 3000),
    onListen: ({ hostname, port }) => console.log(`http://${hostname}:${port}/api/analyze`),
  },
)

/** Connects to VecTrade if there is a key, and to a sandbox in this process otherwise. */
function connect(): VecTrade {
  if (Deno.env.get('VECTRADE_API_KEY')) return new VecTrade()
  console.log('SIMULATED answers: set VECTRADE_API_KEY to ask VecTrade')
  const sandbox = createSandboxHandler({ tokensPerSecond: 40, timeToFirstToken: 300 })
  return new VecTrade({
    apiKey: sandbox.apiKey,
    baseURL: 'http://localhost/v1',
    fetch: (url, init) => sandbox(new Request(url, init)),
  })
}
