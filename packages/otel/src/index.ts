export { otelInstrumentation, type OtelOptions } from './otel-instrumentation.ts'
export { tracedHandler, type TracedHandlerOptions } from './traced-handler.ts'
