// Deno runs these tests: see src/integration/deno-tests.test.ts. No test may leave anything open.
import assert from 'node:assert/strict'
import {
  ConfigurationError,
  createHandler,
  fromResponse,
  type HttpServer,
  serve,
  type ServeOptions,
  VecTrade,
} from '../src/index.ts'

const quietly: ServeOptions = { hostname: '127.0.0.1', port: 0, onListen: () => {} }

function post({ addr }: HttpServer, prompt: string): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify({ prompt }) }
  return fetch(`http://127.0.0.1:${addr.port}/`, init)
}

Deno.test('serves the endpoint for pages until it is shut down', async () => {
  using client = new VecTrade()
  let finished
  {
    await using server = serve(createHandler({ client }), quietly)
    const response = await post(server, 'Bull case for NVDA?')
    assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
    assert((await fromResponse(response).finalText()).length > 500)
    const refused = await post(server, '')
    assert.equal(refused.status, 422)
    await refused.body?.cancel()
    finished = server.finished
  }
  await finished
})

const handler = (): Response => new Response('ok')

Deno.test('names an invalid handler or option, and does not listen', () => {
  const invalid: [unknown, unknown, string][] = [
    [undefined, quietly, '`handler`'],
    [handler, null, '{ port: … }'],
    [handler, 'text', '{ port: … }'],
    [handler, { ...quietly, port: null }, '`port`'],
    [handler, { ...quietly, port: '80' }, '`port`'],
    [handler, { ...quietly, hostname: null }, '`hostname`'],
    [handler, { ...quietly, signal: null }, '`signal`'],
    [handler, { ...quietly, onError: console }, '`onError`'],
  ]
  for (const [served, options, name] of invalid) {
    assert.throws(
      () => serve(served as never, options as never),
      (error) => error instanceof ConfigurationError && error.message.includes(name),
      name,
    )
  }
})

Deno.test('passes its options on to Deno', async () => {
  const closing = new AbortController()
  const addresses: HttpServer['addr'][] = []
  const server = serve(() => Promise.reject(new Error('This one fails')), {
    ...quietly,
    signal: closing.signal,
    onListen: (address) => void addresses.push(address),
    onError: () => new Response('Sorry', { status: 503 }),
  })
  assert.deepEqual(addresses, [server.addr])
  const response = await post(server, '')
  assert.deepEqual([response.status, await response.text()], [503, 'Sorry'])
  closing.abort()
  await server.finished
})

Deno.test('throws other errors unchanged', async () => {
  await using server = serve(() => new Response(), quietly)
  const { port } = server.addr
  assert.throws(() => serve(() => new Response(), { ...quietly, port }), Deno.errors.AddrInUse)
})

Deno.test({
  name: 'without --allow-net for the address, the error names the flag',
  permissions: { net: ['127.0.0.1:1'] },
  fn() {
    for (const [options, flag] of [
      [undefined, '--allow-net=0.0.0.0:8000'],
      [{ hostname: '127.0.0.1', port: 0 }, '--allow-net=127.0.0.1:0'],
      [{ hostname: '::1', port: 3000 }, '--allow-net=[::1]:3000'],
    ] as const) {
      assert.throws(
        () => serve(() => new Response(), options),
        (error) => error instanceof ConfigurationError && error.message.endsWith(`with ${flag}`),
      )
    }
  },
})

// Only types: the declarations of this package must match Deno's own.
const denoServer: (server: HttpServer) => Deno.HttpServer<Deno.NetAddr> = (server) => server
const denoOptions: (options: ServeOptions) => Deno.ServeTcpOptions = (options) => options
void denoServer
void denoOptions
