// A page that asks the endpoint of its server, with OpenTelemetry's own instrumentation of `fetch`. The tests call `ask`.
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch'
import { StackContextManager } from '@opentelemetry/sdk-trace'
import { VecTrade } from '@vectrade/browser'
import { otelInstrumentation } from '../../index.ts'
import { type SpanLink, Telemetry } from '../telemetry.ts'

const telemetry = new Telemetry(new StackContextManager())
const instrumentation = new FetchInstrumentation()

/** Asks, and returns the spans and what OpenTelemetry complains about. */
async function ask(endpoint: string, isInstrumented: boolean): Promise<[SpanLink[], string[]]> {
  if (isInstrumented) instrumentation.enable()
  else instrumentation.disable()
  telemetry.reset()
  const client = new VecTrade({ endpoint, instrumentation: otelInstrumentation() })
  await client.ai.stream('Why?').finalText()
  // `FetchInstrumentation` ends its span later.
  const count = isInstrumented ? 2 : 1
  while (telemetry.links.length < count) await new Promise((resolve) => setTimeout(resolve, 20))
  return [telemetry.links, telemetry.complaints]
}

Object.assign(globalThis, { ask })
