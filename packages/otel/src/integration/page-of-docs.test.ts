import { readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { createHandler, memoryStore, VecTrade } from '@vectrade/core'
import { expect, test } from 'vitest'
import { otelInstrumentation, tracedHandler } from '../index.ts'
import { refused, scripted, streamed } from '../test-support/scripted.ts'
import { metricTable, spanTable } from '../test-support/tables.ts'
import { type SeenSpan, Telemetry } from '../test-support/telemetry.ts'

const page = new URL('../../../../docs/opentelemetry.md', import.meta.url)

/** Returns what OpenTelemetry's own exporters get. */
async function record(): Promise<{ spans: string; metrics: string }> {
  const telemetry = new Telemetry(new AsyncLocalStorageContextManager())
  const instrumentation = otelInstrumentation()
  await scripted({ instrumentation }, () => Response.json({}, { status: 503 }), streamed)
    .ai.stream('p')
    .finalText()
  await scripted({ instrumentation }, refused)
    .ai.stream('p')
    .finalText()
    .catch(() => {})
  async function* source(): AsyncGenerator<{ type: 'text'; content: string }> {
    yield { type: 'text', content: 'Up' }
  }
  const handler = createHandler({ source, store: memoryStore() })
  const endpoint = 'https://app.example/api/analyze'
  const fetch = (url: string, init: RequestInit): Promise<Response> =>
    handler(new Request(url, init))
  const stream = new VecTrade({ endpoint, fetch }).ai.stream('p')
  await stream.finalText()
  await new VecTrade({ endpoint, fetch, instrumentation }).ai.resume(stream.id ?? '').finalText()
  const traced = tracedHandler(() => new Response(null), { route: '/api/analyze' })
  await traced(new Request(endpoint, { method: 'POST' }))

  const [complete, failed, resumed, handled] = telemetry.spans as [
    SeenSpan,
    SeenSpan,
    SeenSpan,
    SeenSpan,
  ]
  const spans = {
    'complete, after a retry': complete,
    refused: failed,
    resumed: resumed,
    'in `tracedHandler`': handled,
  }
  return { spans: spanTable(spans), metrics: metricTable(await telemetry.metrics()) }
}

test('the tables of the page are what exporters get', async () => {
  const text = await readFile(page, 'utf8')
  let written = text
  for (const [name, table] of Object.entries(await record())) {
    const part = new RegExp(`(?<=<!-- ${name} -->\n\n).*?(?=\n\n<!-- /${name} -->)`, 's')
    expect(text).toMatch(part)
    written = written.replace(part, () => table)
  }
  if (process.env['WRITE'] === '1') await writeFile(page, written)
  else expect(text, 'run this test with WRITE=1').toBe(written)
})
