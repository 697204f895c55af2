import {
  type Attributes,
  type Context,
  context,
  diag,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
  type TracerProvider,
} from '@opentelemetry/api'
import {
  checkFunction,
  checkOptions,
  type Checks,
  checkString,
  checkThat,
  hasMethods,
} from '@vectrade/core/adapter'
import { endWithBody } from './end-with-body.ts'
import { scope } from './scope.ts'
import { serverAttributes } from './server-attributes.ts'

/** How {@link tracedHandler} names its spans, and where they go. */
export interface TracedHandlerOptions {
  /** The path that the handler serves, such as `/api/analyze`. It is part of the span's name. */
  route?: string | undefined
  /** Makes the spans. The default is the global one of `@opentelemetry/api`. */
  tracerProvider?: TracerProvider | undefined
}

const checks: Checks<TracedHandlerOptions> = {
  route: checkString,
  tracerProvider: /* @__PURE__ */ checkThat('a tracer provider', (value) =>
    hasMethods(value, 'getTracer'),
  ),
}

/** The methods that a span may be named after. Anyone can send another one. */
const methods = 'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' ')

const headersGetter: TextMapGetter<Headers> = {
  keys: (headers) => [...headers.keys()],
  get: (headers, name) => headers.get(name) ?? undefined,
}

/**
 * Wraps a Web-standard handler, such as that of `createHandler`. Each request gets a span, which continues the trace of
 * the caller. It is the parent of the spans of the handler's calls. It ends when the body of the response ends, is
 * cancelled or fails, or when the caller leaves.
 *
 * OpenTelemetry connects the spans only if it has a context manager. If a span is active already, such as that of an
 * instrumentation of the server, there is no second one.
 *
 * @throws ConfigurationError if `handler` is not a function, or an option is wrong
 * @example
 * ```ts
 * import { createHandler, VecTrade } from '@vectrade/core'
 * import { otelInstrumentation, tracedHandler } from '@vectrade/otel'
 *
 * const client = new VecTrade({ apiKey: 'vq_example', instrumentation: otelInstrumentation() })
 * const handler = tracedHandler(createHandler({ client }), { route: '/api/analyze' })
 * const response = await handler(new Request('https://example.com/api/analyze'))
 * console.log(response.status) // 405
 * ```
 */
export function tracedHandler<Further extends unknown[]>(
  handler: (request: Request, ...further: Further) => Response | Promise<Response>,
  options: TracedHandlerOptions = {},
): (request: Request, ...further: Further) => Promise<Response> {
  checkFunction('handler', handler)
  checkOptions(options, checks)
  return async (request, ...further) => {
    // If this is not a Web request, the handler itself refuses it.
    const isTraced = hasMethods(request?.headers, 'get', 'keys')
    if (!isTraced || trace.getActiveSpan() !== undefined) return handler(request, ...further)

    const started = startSpan(request, options)
    if (started === undefined) return handler(request, ...further)
    const { span, active } = started
    try {
      const response = await context.with(active, () => handler(request, ...further))
      setStatus(span, response.status)
      return endWithBody(response, request.signal, active, (error) => end(span, error))
    } catch (error) {
      end(span, error)
      throw error
    }
  }
}

/** Starts the span of a request. Returns undefined if the tracer fails, because that must not fail the request. */
function startSpan(
  request: Request,
  { route, tracerProvider = trace.getTracerProvider() }: TracedHandlerOptions,
): { span: Span; active: Context } | undefined {
  try {
    const parent = propagation.extract(context.active(), request.headers, headersGetter)
    const name = methods.includes(request.method) ? request.method : 'HTTP'
    const span = tracerProvider
      .getTracer(...scope)
      .startSpan(
        route === undefined ? name : `${name} ${route}`,
        { kind: SpanKind.SERVER, attributes: requestAttributes(request, route) },
        parent,
      )
    return { span, active: trace.setSpan(parent, span) }
  } catch (error) {
    diag.error('vectrade: a request is not traced, because its span could not be started', error)
    return undefined
  }
}

function requestAttributes({ method, url }: Request, route: string | undefined): Attributes {
  const isKnown = methods.includes(method)
  const { pathname, protocol } = URL.canParse(url) ? new URL(url) : { pathname: '', protocol: '' }
  return {
    'http.request.method': isKnown ? method : '_OTHER',
    ...(!isKnown && { 'http.request.method_original': method }),
    ...(route !== undefined && { 'http.route': route }),
    // The query is left out, because it may have the credentials of a user.
    'url.path': pathname,
    'url.scheme': protocol.replace(':', ''),
    ...serverAttributes(url),
  }
}

function setStatus(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status)
  // What the caller has done wrong is no error of the server.
  if (status < 500) return
  span.setAttribute('error.type', String(status))
  span.setStatus({ code: SpanStatusCode.ERROR })
}

function end(span: Span, error: unknown): void {
  if (error !== undefined) {
    span.setAttribute('error.type', error instanceof Error ? error.name : '_OTHER')
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end()
}
