import { type Context, propagation, trace } from '@opentelemetry/api'

interface Runtime {
  Deno?: { telemetry?: { tracerProvider?: object } }
  location?: { origin: string; href: string }
  process?: {
    getBuiltinModule?(name: string): { channel?(name: string): { hasSubscribers: boolean } }
  }
}

/**
 * Returns the headers that carry a trace to the server, such as `traceparent`.
 *
 * @param propagate whether to send them. If it is undefined, this function decides.
 */
export function traceHeaders(
  of: Context,
  url: string,
  propagate: boolean | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {}
  if (propagate ?? needsHeaders(url)) propagation.inject(of, headers)
  return headers
}

/**
 * Whether this package has to add the headers.
 *
 * `@opentelemetry/instrumentation-undici` and Deno's own OpenTelemetry add headers to a request even if it has them.
 * Servers cannot read a header that comes twice. `FetchInstrumentation` in a page replaces them.
 */
function needsHeaders(url: string): boolean {
  const { Deno, location, process } = globalThis as Runtime
  if (Deno !== undefined) return trace.getTracerProvider() !== Deno.telemetry?.tracerProvider
  // A server of another origin refuses a page's request if its CORS headers do not name this header.
  if (location !== undefined) return new URL(url, location.href).origin === location.origin
  const channels = process?.getBuiltinModule?.('node:diagnostics_channel')
  return channels?.channel?.('undici:request:create').hasSubscribers !== true
}
