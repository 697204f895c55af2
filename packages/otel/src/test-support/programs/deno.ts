// Makes calls to the sandbox in SANDBOX_URL, and prints what is recorded as JSON. With Deno's own OpenTelemetry, prints
// the header that a server gets.
import { VecTrade } from '@vectrade/core'
import { otelInstrumentation } from '../../index.ts'
import { makeCalls } from '../make-calls.ts'

interface DenoServer {
  env: { get(name: string): string | undefined }
}

const { Deno } = globalThis as unknown as { Deno: DenoServer }
const env = (name: string): string => Deno.env.get(name) ?? ''
if (env('OTEL_DENO') === 'true') {
  const client = new VecTrade({
    apiKey: env('SANDBOX_KEY'),
    baseURL: env('SANDBOX_URL'),
    instrumentation: otelInstrumentation(),
  })
  await client.ai.stream('Why?').finalText()
} else {
  console.log(JSON.stringify(await makeCalls(env('SANDBOX_URL'), env('SANDBOX_KEY'))))
}
