// Deno runs these tests: see src/integration/deno-tests.test.ts. No test may leave anything open.
import assert from 'node:assert/strict'
import {
  type CallOptions,
  ConfigurationError,
  ConnectionError,
  type Fetch,
  RequestAbortedError,
  VecTrade,
  version,
} from '../src/index.ts'

const prompt = 'Bull case for NVDA?'
const apiKey = Deno.env.get('VECTRADE_API_KEY') ?? ''
const baseURL = Deno.env.get('VECTRADE_BASE_URL') ?? ''
const { host } = new URL(baseURL)
const bothVariables = '--allow-env=VECTRADE_API_KEY,VECTRADE_BASE_URL'

/** Returns how a call ended, as the sandbox saw it. The call must end within a second. */
async function sandboxSaw(call: string): Promise<{ closed: string; userAgent: string }> {
  const log = `${Deno.env.get('SANDBOX_LOG')}/${call}`
  const response = await fetch(log, { signal: AbortSignal.timeout(1000) })
  return await response.json()
}

/** Returns options for a call that the sandbox begins to answer but does not end. */
function stalled(call: string): CallOptions {
  return { idempotencyKey: call, headers: { 'x-sandbox-fault': 'stallAfterEvents=3' } }
}

function refusal(flag: string): (error: unknown) => boolean {
  return (error) => {
    assert(error instanceof ConfigurationError)
    assert(error.message.includes(`run it with ${flag}`), error.message)
    assert.equal((error.cause as Error).name, 'NotCapable')
    assert(!JSON.stringify(error).includes(apiKey))
    return true
  }
}

/** Returns a fetch that records its URLs and sends nothing. */
function recordingFetch(): { asked: string[]; fetch: Fetch } {
  const asked: string[] = []
  const fetch: Fetch = (url) => {
    asked.push(url)
    return Promise.resolve(new Response(null, { status: 404 }))
  }
  return { asked, fetch }
}

Deno.test('the key and the base URL come from the environment', async () => {
  using client = new VecTrade()
  const text = await client.ai.stream(prompt, { idempotencyKey: 'whole' }).finalText()
  assert(text.length > 500)
  assert.equal((await client.ai.analyze(prompt)).text, text)
  const { closed, userAgent } = await sandboxSaw('whole')
  assert.deepEqual(
    { closed, userAgent },
    { closed: 'finished', userAgent: `vectrade-deno/${version}` },
  )
})

Deno.test({
  name: 'without --allow-env, the error names the flag and the options',
  permissions: { env: false },
  fn() {
    assert.throws(() => new VecTrade(), refusal(bothVariables))
    assert.throws(() => new VecTrade(), /pass the options `apiKey` and `baseURL`/)
    assert.throws(() => new VecTrade({ baseURL }), refusal(bothVariables))
  },
})

Deno.test({
  name: 'if the key comes from the environment, the base URL must be readable too',
  permissions: { env: ['VECTRADE_API_KEY'] },
  fn() {
    assert.throws(() => new VecTrade(), refusal(bothVariables))
    assert(new VecTrade({ baseURL }) instanceof VecTrade)
  },
})

Deno.test({
  name: 'with the option `apiKey`, no environment is needed',
  permissions: { env: false },
  async fn() {
    const { asked, fetch } = recordingFetch()
    await assert.rejects(new VecTrade({ apiKey, fetch }).ai.analyze(prompt))
    assert.deepEqual(asked, ['https://api.vectrade.io/v1/ai/analyze'])
  },
})

Deno.test({
  name: 'with the option `apiKey`, a base URL in the environment is used if it is readable',
  permissions: { env: ['VECTRADE_BASE_URL'] },
  async fn() {
    const { asked, fetch } = recordingFetch()
    await assert.rejects(new VecTrade({ apiKey, fetch }).ai.analyze(prompt))
    assert.deepEqual(asked, [`${baseURL}/ai/analyze`])
  },
})

Deno.test({
  name: 'with the options `apiKey` and `baseURL`, only the host must be allowed',
  permissions: { env: false, net: [host] },
  async fn() {
    using client = new VecTrade({ apiKey, baseURL })
    assert((await client.ai.stream(prompt).finalText()).length > 500)
  },
})

Deno.test({
  name: 'without --allow-net, the error names the flag, and the call is not retried',
  permissions: { env: 'inherit', net: false },
  async fn() {
    const warnings: string[] = []
    const logger = { warn: (message: string) => void warnings.push(message) }
    for (const [options, flag] of [
      [{ logger }, `--allow-net=${host}`],
      [
        { logger, fetch: (url: string, init: RequestInit) => fetch(url, init) },
        `--allow-net=${host}`,
      ],
      [{ logger, baseURL: 'https://vectrade.example/v1' }, '--allow-net=vectrade.example'],
      [{ logger, baseURL: 'http://[::1]:8787/v1' }, '--allow-net=[::1]:8787'],
    ] as const) {
      using client = new VecTrade(options)
      await assert.rejects(client.ai.stream(prompt).finalText(), refusal(flag))
      await assert.rejects(client.ai.analyze(prompt), refusal(flag))
    }
    assert.deepEqual(warnings, [])
  },
})

Deno.test('an unreachable server is a ConnectionError', async () => {
  const listener = Deno.listen({ hostname: '127.0.0.1', port: 0 })
  const { port } = listener.addr
  listener.close()
  using client = new VecTrade({ baseURL: `http://127.0.0.1:${port}`, maxRetries: 0 })
  await assert.rejects(client.ai.stream(prompt).finalText(), ConnectionError)
})

Deno.test('a `fetch` that is not a function is refused', () => {
  const fetch = 'fetch' as unknown as Fetch
  assert.throws(() => new VecTrade({ fetch }), /`fetch` must be a function/)
})

Deno.test('an aborted signal ends the request', async () => {
  using client = new VecTrade()
  const controller = new AbortController()
  const options = { ...stalled('aborted'), signal: controller.signal }
  await assert.rejects(async () => {
    for await (const event of client.ai.stream(prompt, options)) {
      if (event.type === 'text') setTimeout(() => controller.abort(), 10)
    }
  }, RequestAbortedError)
  assert.equal((await sandboxSaw('aborted')).closed, 'client')
})

Deno.test('break ends the request', async () => {
  using client = new VecTrade()
  for await (const event of client.ai.stream(prompt, stalled('break'))) {
    if (event.type === 'text') break
  }
  assert.equal((await sandboxSaw('break')).closed, 'client')
})

Deno.test('`await using` ends the request of a stream', async () => {
  using client = new VecTrade()
  {
    await using stream = client.ai.stream(prompt, stalled('stream'))
    assert.equal((await stream.response).status, 200)
  }
  assert.equal((await sandboxSaw('stream')).closed, 'client')
})

Deno.test('`using` ends the requests of a client', async () => {
  let reading
  {
    using client = new VecTrade()
    const stream = client.ai.stream(prompt, stalled('client'))
    await stream.response
    reading = stream.finalText()
  }
  await assert.rejects(reading, RequestAbortedError)
  assert.equal((await sandboxSaw('client')).closed, 'client')
})
