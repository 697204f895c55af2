import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { createHandler, VecTrade } from '@vectrade/core'
import { otelInstrumentation, tracedHandler } from '../index.ts'
import { type SeenMetric, type SeenSpan, Telemetry } from './telemetry.ts'

/** What a program of a runtime prints. */
export interface Recorded {
  /** The spans of each way in which a call can end. */
  spans: Record<string, SeenSpan[]>
  /** What OpenTelemetry complains about, such as a span that is ended twice. */
  complaints: string[]
  metrics: SeenMetric[]
}

type End = (client: VecTrade) => Promise<unknown>

/** How calls end. The clients get faults from the sandbox. */
const ends: Record<string, { fault?: string; end: End }> = {
  complete: { end: (client) => client.ai.stream('Why?').finalText() },
  'in one piece': { end: (client) => client.ai.analyze('Why?') },
  retried: { fault: 'status=503; times=1', end: (client) => client.ai.stream('Why?').finalText() },
  refused: { fault: 'status=422', end: (client) => client.ai.stream('Why?').finalText() },
  cut: { fault: 'cutAfterEvents=3', end: (client) => client.ai.stream('Why?').finalText() },
  'left by break': {
    async end(client) {
      for await (const { type } of client.ai.stream('Why?')) if (type === 'text') break
    },
  },
  aborted: {
    fault: 'stallAfterEvents=3',
    async end(client) {
      const controller = new AbortController()
      const stream = client.ai.stream('Why?', { signal: controller.signal })
      for await (const { type } of stream) if (type === 'text') controller.abort()
    },
  },
  'never used': { end: async (client) => void client.ai.stream('Why?') },
  'never read, then closed': {
    async end(client) {
      await client.ai.stream('Why?').response
      client.close()
    },
  },
}

/** Makes calls to a sandbox. The same code runs in every runtime. */
export async function makeCalls(baseURL: string, apiKey: string): Promise<Recorded> {
  const telemetry = new Telemetry(new AsyncLocalStorageContextManager())
  const spans: Record<string, SeenSpan[]> = {}
  for (const [name, { fault, end }] of Object.entries(ends)) {
    const client = new VecTrade({
      apiKey,
      baseURL,
      headers: { ...(fault !== undefined && { 'x-sandbox-fault': fault }) },
      instrumentation: otelInstrumentation(),
    })
    await end(client).catch(() => {})
    spans[name] = telemetry.spans
    telemetry.reset()
  }
  await askThroughHandler(new VecTrade({ apiKey, baseURL, instrumentation: otelInstrumentation() }))
  spans['through a handler'] = telemetry.spans
  return { spans, complaints: telemetry.complaints, metrics: await telemetry.metrics() }
}

/** Asks as a page does: through an endpoint, which asks VecTrade. */
async function askThroughHandler(client: VecTrade): Promise<void> {
  const handler = tracedHandler(createHandler({ client }), { route: '/api/analyze' })
  const page = new VecTrade({
    endpoint: 'https://app.example/api/analyze',
    // As in another process: the handler finds the caller's context only in the headers.
    fetch: (url, init) => context.with(ROOT_CONTEXT, () => handler(new Request(url, init))),
    instrumentation: otelInstrumentation(),
  })
  await page.ai.stream('Why?').finalText()
}
