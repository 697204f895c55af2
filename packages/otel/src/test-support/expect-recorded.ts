import { expect } from 'vitest'
import type { Recorded } from './make-calls.ts'

const call = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'vectrade',
  'server.address': '127.0.0.1',
  'server.port': expect.any(Number),
  'gen_ai.response.id': expect.stringMatching(/^req_/),
}
const streamed = { ...call, 'gen_ai.request.stream': true }
const model = { 'gen_ai.response.model': 'vectrade-sandbox-simulated' }
const firstText = { 'gen_ai.response.time_to_first_chunk': expect.any(Number) }
const complete = {
  ...model,
  'vectrade.outcome': 'complete',
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': expect.any(Number),
  'gen_ai.usage.output_tokens': expect.any(Number),
}
const failed = { 'vectrade.outcome': 'failed' }
const cutOff = { 'gen_ai.response.finish_reasons': ['error'] }

/** The one span of a call. */
const root = (attributes: object, isError = false, events: object[] = []): object => ({
  name: 'chat',
  kind: 'CLIENT',
  parent: undefined,
  trace: 0,
  attributes,
  events,
  isError,
})

const expected: Recorded['spans'] | Record<string, object[]> = {
  complete: [root({ ...streamed, ...complete, ...firstText })],
  'in one piece': [root({ ...call, ...complete })],
  retried: [
    root({ ...streamed, ...complete, ...firstText }, false, [
      {
        name: 'vectrade.retry',
        attributes: {
          'vectrade.attempt': 1,
          'error.type': 'service_unavailable',
          'vectrade.retry.delay': expect.any(Number),
        },
      },
    ]),
  ],
  refused: [root({ ...streamed, ...failed, 'error.type': 'validation_error' }, true)],
  cut: [
    root(
      {
        ...streamed,
        ...model,
        ...failed,
        ...cutOff,
        ...firstText,
        'error.type': 'stream_interrupted',
      },
      true,
    ),
  ],
  'left by break': [
    root({ ...streamed, ...model, ...cutOff, ...firstText, 'vectrade.outcome': 'cancelled' }),
  ],
  aborted: [
    root(
      {
        ...streamed,
        ...model,
        ...failed,
        ...cutOff,
        ...firstText,
        'error.type': 'request_aborted',
      },
      true,
    ),
  ],
  'never used': [],
  'never read, then closed': [
    root({ ...streamed, ...failed, ...cutOff, 'error.type': 'request_aborted' }, true),
  ],
  'through a handler': [
    root({
      ...streamed,
      ...complete,
      ...firstText,
      'server.address': 'app.example',
      'server.port': 443,
    }),
    {
      name: 'POST /api/analyze',
      kind: 'SERVER',
      parent: 'chat',
      trace: 0,
      attributes: {
        'http.request.method': 'POST',
        'http.response.status_code': 200,
        'http.route': '/api/analyze',
        'url.path': '/api/analyze',
        'url.scheme': 'https',
        'server.address': 'app.example',
        'server.port': 443,
      },
      events: [],
      isError: false,
    },
    {
      ...root({ ...streamed, ...complete, ...firstText }),
      parent: 'POST /api/analyze',
    },
  ],
}

/** The names of all metrics, with their units. */
const metrics = {
  'gen_ai.client.inference.duration': 's',
  'gen_ai.client.inference.time_to_first_chunk': 's',
  'gen_ai.client.inference.time_per_output_chunk': 's',
  'gen_ai.client.inference.usage.input_tokens': '{token}',
  'gen_ai.client.inference.usage.output_tokens': '{token}',
  'gen_ai.client.inference.operation.input_tokens': '{token}',
  'gen_ai.client.inference.operation.output_tokens': '{token}',
}

/** Expects what every runtime must record. */
export function expectRecorded({ spans, complaints, metrics: seen }: Recorded): void {
  expect(complaints).toEqual([])
  expect(spans).toEqual(expected)
  expect(Object.fromEntries(seen.map(({ name, unit }) => [name, unit]))).toEqual(metrics)
}
