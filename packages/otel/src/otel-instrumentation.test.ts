import { metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { createHandler, memoryStore, type StreamEvent, VecTrade } from '@vectrade/core'
import { collectGarbage } from '@vectrade/test-kit/collect-garbage'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { otelInstrumentation, type OtelOptions } from './index.ts'
import { inOnePiece, refused, scripted, streamed } from './test-support/scripted.ts'
import { Telemetry } from './test-support/telemetry.ts'

// Made before OpenTelemetry is set up.
const early = otelInstrumentation()

let telemetry: Telemetry
beforeEach(() => {
  telemetry = new Telemetry(new AsyncLocalStorageContextManager())
})
afterEach(() => vi.unstubAllEnvs())

const variable = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'

describe('prompts and answers', () => {
  const recorded = async (options: OtelOptions = {}): Promise<unknown[][]> => {
    const client = scripted(
      { instrumentation: otelInstrumentation(options) },
      streamed,
      inOnePiece,
      streamed,
      refused,
    )
    const request = { prompt: 'Why secret?', symbols: ['NVDA'] }
    await client.ai.stream(request).finalText()
    await client.ai.analyze('Why secret?')
    for await (const { type } of client.ai.stream('Why secret?')) if (type === 'text') break
    await client.ai.analyze('Why secret?').catch(() => {})
    return telemetry.spans.map(({ attributes }) =>
      ['gen_ai.input.messages', 'gen_ai.output.messages'].map((name) => {
        const value = attributes[name]
        return typeof value === 'string' ? (JSON.parse(value) as unknown) : value
      }),
    )
  }

  test('are not recorded unless someone asks for it', async () => {
    await recorded()
    const all = JSON.stringify([telemetry.spans, await telemetry.metrics()])
    expect(all).toContain('analyst-2')
    for (const text of ['secret', 'NVDA', 'Up', 'vq_test']) expect(all).not.toContain(text)
  })

  test('are recorded in the form of the conventions', async () => {
    const asked = { role: 'user', parts: [{ type: 'text', content: 'Why secret?' }] }
    const withSymbols = {
      ...asked,
      parts: [...asked.parts, { type: 'symbols', symbols: ['NVDA'] }],
    }
    const answered = (content: string): object[] => [
      { role: 'assistant', parts: [{ type: 'text', content }] },
    ]
    expect(await recorded({ captureContent: true })).toEqual([
      [[withSymbols], answered('Up and up.')],
      [[asked], answered('Up.')],
      [[asked], answered('Up ')],
      [[asked], undefined],
    ])
  })

  test.for([
    [undefined, false],
    ['', false],
    ['false', false],
    ['NO_CONTENT', false],
    ['EVENT_ONLY', false],
    ['SPAN_ONLY', true],
    ['span_and_event', true],
    ['true', true],
  ] as const)('with the variable %j: %j', ([value, expected]) => {
    vi.stubEnv(variable, value)
    expect(otelInstrumentation().content).toBe(expected)
    expect(otelInstrumentation({ captureContent: !expected }).content).toBe(!expected)
  })

  test('the variable needs no permission on Deno', () => {
    vi.stubEnv(variable, 'true')
    const querySync = vi.fn(() => ({ state: 'prompt' }))
    vi.stubGlobal('Deno', { permissions: { querySync } })
    expect(otelInstrumentation().content).toBe(false)
    expect(querySync).toHaveBeenCalledWith({ name: 'env', variable })
    vi.unstubAllGlobals()
  })
})

test('an instrumentation from before the set-up of OpenTelemetry records spans and metrics', async () => {
  await scripted({ instrumentation: early }, streamed).ai.stream('p').finalText()
  expect(telemetry.spans).toHaveLength(1)
  expect(await telemetry.metrics()).toHaveLength(7)
})

test('without OpenTelemetry, calls work', async () => {
  metrics.disable()
  trace.disable()
  const client = scripted({ instrumentation: otelInstrumentation() }, streamed)
  expect(await client.ai.stream('p').finalText()).toBe('Up and up.')
})

test('the providers can be given', async () => {
  const tracerProvider = { getTracer: vi.fn(trace.getTracer.bind(trace)) }
  const meterProvider = { getMeter: vi.fn(metrics.getMeter.bind(metrics)) }
  const instrumentation = otelInstrumentation({ tracerProvider, meterProvider })
  await scripted({ instrumentation }, streamed).ai.stream('p').finalText()
  const scope = ['@vectrade/otel', expect.stringMatching(/^\d+\.\d+\.\d+/)]
  expect(tracerProvider.getTracer.mock.calls).toEqual([scope])
  expect(meterProvider.getMeter.mock.calls).toEqual([scope])
})

test.for<[object, string]>([
  [{ captureContent: 'yes' }, '`captureContent` must be true or false'],
  [{ propagate: 1 }, '`propagate` must be true or false'],
  [{ tracerProvider: {} }, '`tracerProvider` must be a tracer provider'],
  [{ meterProvider: null }, '`meterProvider` must be a meter provider'],
])('%j is refused', ([options, message]) => {
  expect(() => otelInstrumentation(options)).toThrow(message)
})

test('the span of a call is a child of the span that is active when the call begins', async () => {
  const client = scripted({ instrumentation: otelInstrumentation() }, streamed)
  const stream = client.ai.stream('p')
  await trace.getTracer('test').startActiveSpan('work', async (span) => {
    await stream.finalText()
    span.end()
  })
  expect(telemetry.spans.map(({ name, parent }) => [name, parent])).toEqual([
    ['work', undefined],
    ['chat', 'work'],
  ])
})

test('a stream that is dropped ends its span when it was last seen', async () => {
  const endless = (): Response =>
    new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } })
  const drop = async (): Promise<void> => {
    const client = scripted({ instrumentation: otelInstrumentation() }, endless)
    await client.ai.stream('p').response
  }
  await drop()
  await vi.waitFor(async () => {
    await collectGarbage()
    expect(telemetry.spans).toHaveLength(1)
  }, 60_000)
  expect(telemetry.spans[0]).toMatchObject({
    attributes: { 'vectrade.outcome': 'dropped', 'gen_ai.response.finish_reasons': ['error'] },
    isError: false,
  })
  expect(telemetry.complaints).toEqual([])
})

describe('the metrics', () => {
  const seriesOf = async (name: string): Promise<{ attributes: object; value: unknown }[]> =>
    (await telemetry.metrics()).find((metric) => metric.name === `gen_ai.client.${name}`)?.series ??
    []
  const common = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'vectrade',
    'server.address': 'api.example',
    'server.port': 443,
  }
  const ofModel = { ...common, 'gen_ai.response.model': 'analyst-2' }
  const ofError = { ...common, 'error.type': 'validation_error' }

  beforeEach(async () => {
    const client = scripted({ instrumentation: otelInstrumentation() }, streamed, refused)
    await client.ai.stream('p').finalText()
    await client.ai
      .stream('p')
      .finalText()
      .catch(() => {})
  })

  test('have the duration of each call, in seconds, with its error', async () => {
    const series = await seriesOf('inference.duration')
    expect(series.map(({ attributes }) => attributes)).toEqual([ofModel, ofError])
    const { count, sum } = (series[0]?.value ?? {}) as { count?: number; sum?: number }
    expect(count).toBe(1)
    expect(sum).toBeLessThan(60)
  })

  test('have the times of the pieces of text', async () => {
    expect(await seriesOf('inference.time_to_first_chunk')).toMatchObject([
      { attributes: ofModel, value: { count: 1 } },
    ])
    expect(await seriesOf('inference.time_per_output_chunk')).toMatchObject([
      { attributes: ofModel, value: { count: 1 } },
    ])
  })

  test('have the tokens, and zero for a call without', async () => {
    const unknown = { ...common, 'gen_ai.token.modality': 'unknown' }
    const text = { ...ofModel, 'gen_ai.token.modality': 'text' }
    expect(await seriesOf('inference.usage.input_tokens')).toEqual([
      { attributes: text, value: 3 },
      { attributes: unknown, value: 0 },
    ])
    expect(await seriesOf('inference.usage.output_tokens')).toEqual([
      { attributes: text, value: 4 },
      { attributes: unknown, value: 0 },
    ])
    expect(await seriesOf('inference.operation.output_tokens')).toMatchObject([
      { attributes: ofModel, value: { sum: 4 } },
      { attributes: ofError, value: { sum: 0 } },
    ])
  })

  test('have the buckets of the conventions', async () => {
    const [duration] = await seriesOf('inference.duration')
    expect(duration?.value).toMatchObject({
      buckets: { boundaries: expect.arrayContaining([0.01, 0.02, 40.96, 81.92]) },
    })
    const [tokens] = await seriesOf('inference.operation.input_tokens')
    expect(tokens?.value).toMatchObject({
      buckets: { boundaries: expect.arrayContaining([1, 4, 16_777_216, 67_108_864]) },
    })
  })
})

test.for([
  [undefined, 'stop'],
  ['length', 'length'],
  ['content-filter', 'content_filter'],
  ['tool-calls', 'tool_call'],
] as const)('the reason %j of a model behind an endpoint is %j', async ([told, expected]) => {
  const answer = (): Response =>
    Response.json({ content: 'Up', metadata: told && { finish_reason: told } })
  await scripted({ instrumentation: otelInstrumentation() }, answer).ai.analyze('p')
  expect(telemetry.spans[0]?.attributes['gen_ai.response.finish_reasons']).toEqual([expected])
})

test('the reason at the end of a stream counts, too', async () => {
  async function* source(): AsyncGenerator<StreamEvent> {
    yield { type: 'text', content: 'Up' }
    yield { type: 'done', content: '', finish_reason: 'stopped' } as StreamEvent
  }
  const handler = createHandler({ source })
  const client = new VecTrade({
    endpoint: 'https://app.example/api/analyze',
    fetch: (url, init) => handler(new Request(url, init)),
    instrumentation: otelInstrumentation(),
  })
  await client.ai.stream('p').finalText()
  const { attributes } = telemetry.spans[0] ?? {}
  expect(attributes?.['gen_ai.response.finish_reasons']).toEqual(['stopped'])
})

test('a resumed stream is a response that is fetched: no tokens are counted twice', async () => {
  async function* source(): AsyncGenerator<{ type: 'text'; content: string }> {
    yield { type: 'text', content: 'Up' }
  }
  const handler = createHandler({ source, store: memoryStore() })
  const client = new VecTrade({
    endpoint: 'https://app.example/api/analyze',
    fetch: (url, init) => handler(new Request(url, init)),
    instrumentation: otelInstrumentation(),
  })
  const stream = client.ai.stream('p')
  await stream.finalText()
  expect(await client.ai.resume(stream.id ?? '').finalText()).toBe('Up')
  expect(telemetry.spans.map(({ name }) => name)).toEqual(['chat', 'fetch_response'])
  expect(telemetry.spans[1]?.attributes).toMatchObject({
    'gen_ai.operation.name': 'fetch_response',
    'gen_ai.response.finish_reasons': ['stop'],
    'vectrade.outcome': 'complete',
  })
  const all = await telemetry.metrics()
  const fetched = all.filter(({ series }) =>
    series.some(({ attributes }) => attributes['gen_ai.operation.name'] === 'fetch_response'),
  )
  expect(fetched).toMatchObject([
    { name: 'gen_ai.client.operation.duration', unit: 's', series: [{ value: { count: 1 } }] },
  ])
})
