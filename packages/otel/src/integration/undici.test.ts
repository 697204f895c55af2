import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { VecTrade } from '@vectrade/node'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { otelInstrumentation, type OtelOptions } from '../index.ts'
import { Telemetry } from '../test-support/telemetry.ts'
import { serveTraced } from '../test-support/traced-server.ts'

const telemetry = new Telemetry(new AsyncLocalStorageContextManager())
const undici = new UndiciInstrumentation()
afterAll(() => undici.disable())
beforeEach(() => telemetry.reset())

async function ask(url: string, options: OtelOptions = {}): Promise<void> {
  const client = new VecTrade({
    apiKey: 'vq_test',
    baseURL: `${url}api`,
    instrumentation: otelInstrumentation(options),
  })
  await client.ai.stream('Why?').finalText()
  client.close()
}

const traceparent = expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-01$/)

test('with the instrumentation of undici, each request has one span of its own, and one header', async () => {
  undici.enable()
  await using server = await serveTraced({ failures: 1 })
  await ask(server.url)
  await expect.poll(() => telemetry.spans).toHaveLength(4)
  expect(
    telemetry.spans.map(({ name, kind, parent, trace }) => [name, kind, parent, trace]),
  ).toEqual([
    ['chat', 'CLIENT', undefined, 0],
    ['POST', 'CLIENT', 'chat', 0],
    ['POST', 'CLIENT', 'chat', 0],
    ['POST /api/analyze', 'SERVER', 'POST', 0],
  ])
  expect(server.received).toEqual([[traceparent], [traceparent]])
  expect(telemetry.complaints).toEqual([])
})

test('without it, the span of the server is a child of the span of the call', async () => {
  undici.disable()
  await using server = await serveTraced()
  await ask(server.url)
  await expect.poll(() => telemetry.spans).toHaveLength(2)
  expect(telemetry.spans.map(({ name, parent, trace }) => [name, parent, trace])).toEqual([
    ['chat', undefined, 0],
    ['POST /api/analyze', 'chat', 0],
  ])
  expect(server.received).toEqual([[traceparent]])
})

test('with another user of its channel, `propagate` decides', async () => {
  undici.enable()
  await using server = await serveTraced()
  await ask(server.url, { propagate: true })
  expect(server.received).toEqual([[traceparent, traceparent]])
})
