import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterEach, expect, test, vi } from 'vitest'
import { Telemetry } from './test-support/telemetry.ts'
import { traceHeaders } from './trace-headers.ts'

void new Telemetry(new AsyncLocalStorageContextManager())
const context = trace.setSpan(ROOT_CONTEXT, trace.getTracer('test').startSpan('s'))
afterEach(() => vi.unstubAllGlobals())

const namesFor = (url: string, propagate?: boolean): string[] =>
  Object.keys(traceHeaders(context, url, propagate))

test('a request carries its trace', () => {
  expect(namesFor('https://api.example/v1')).toEqual(['traceparent'])
  expect(namesFor('https://api.example/v1', false)).toEqual([])
})

test('a page sends its trace to its own origin only', () => {
  vi.stubGlobal('location', new URL('https://app.example/chat'))
  expect(namesFor('/api/analyze')).toEqual(['traceparent'])
  expect(namesFor('https://app.example/api/analyze')).toEqual(['traceparent'])
  expect(namesFor('https://api.example/v1')).toEqual([])
  expect(namesFor('https://api.example/v1', true)).toEqual(['traceparent'])
})

test('on Deno, only its own OpenTelemetry makes these headers superfluous', () => {
  vi.stubGlobal('location', undefined)
  vi.stubGlobal('Deno', { telemetry: { tracerProvider: {} } })
  expect(namesFor('https://api.example/v1')).toEqual(['traceparent'])
  vi.stubGlobal('Deno', { telemetry: { tracerProvider: trace.getTracerProvider() } })
  expect(namesFor('https://api.example/v1')).toEqual([])
})
