import { metrics, type MeterProvider, trace, type TracerProvider } from '@opentelemetry/api'
import type { CallInfo, CallObserver, Instrumentation } from '@vectrade/core'
import {
  checkBoolean,
  checkOptions,
  type Checks,
  checkThat,
  hasMethods,
} from '@vectrade/core/adapter'
import { CallMetrics } from './call-metrics.ts'
import { CallSpan } from './call-span.ts'
import { environmentAsksForContent } from './environment-asks-for-content.ts'
import { scope } from './scope.ts'

/** What {@link otelInstrumentation} records, and where. */
export interface OtelOptions {
  /**
   * Whether spans have the prompt, the symbols and the text of the answer. The default is false, unless the variable
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` is `SPAN_ONLY`, `SPAN_AND_EVENT` or `true`.
   */
  captureContent?: boolean | undefined
  /**
   * Whether requests get the headers of the trace, such as `traceparent`. The default is true, with two exceptions.
   * Requests of a page to another origin do not get them. If an instrumentation of Node's or Deno's own `fetch` sets
   * them, this package does not.
   */
  propagate?: boolean | undefined
  /** Makes the spans. The default is the global one of `@opentelemetry/api`. */
  tracerProvider?: TracerProvider | undefined
  /** Makes the metrics. The default is the global one of `@opentelemetry/api`. */
  meterProvider?: MeterProvider | undefined
}

const checks: Checks<OtelOptions> = {
  captureContent: checkBoolean,
  propagate: checkBoolean,
  tracerProvider: /* @__PURE__ */ checkThat('a tracer provider', (value) =>
    hasMethods(value, 'getTracer'),
  ),
  meterProvider: /* @__PURE__ */ checkThat('a meter provider', (value) =>
    hasMethods(value, 'getMeter'),
  ),
}

/**
 * Returns a value for the option `instrumentation` of a client. It makes a span for each call, and metrics. Their names
 * follow OpenTelemetry's conventions for generative AI. It can serve any number of clients.
 *
 * Without an SDK of OpenTelemetry, it records nothing. The SDK can be set up before or after this call.
 *
 * @throws ConfigurationError if an option is wrong
 * @example
 * ```ts
 * import { VecTrade } from '@vectrade/core'
 * import { otelInstrumentation } from '@vectrade/otel'
 *
 * const client = new VecTrade({ apiKey: 'vq_example', instrumentation: otelInstrumentation() })
 * ```
 */
export function otelInstrumentation(options: OtelOptions = {}): Instrumentation {
  checkOptions(options, checks)
  return new Otel(options)
}

class Otel implements Instrumentation {
  readonly content: boolean
  readonly #options: OtelOptions
  #meterProvider: MeterProvider | undefined
  #metrics: CallMetrics | undefined

  constructor(options: OtelOptions) {
    this.content = options.captureContent ?? environmentAsksForContent()
    this.#options = options
  }

  onCall(call: CallInfo): CallObserver {
    const { tracerProvider = trace.getTracerProvider(), propagate } = this.#options
    return new CallSpan(call, tracerProvider.getTracer(...scope), this.#callMetrics(), propagate)
  }

  /** Unlike a tracer, a meter from before the SDK's set-up never records. So each call looks for the current provider. */
  #callMetrics(): CallMetrics {
    const { meterProvider = metrics.getMeterProvider() } = this.#options
    if (this.#metrics === undefined || this.#meterProvider !== meterProvider) {
      this.#meterProvider = meterProvider
      this.#metrics = new CallMetrics(meterProvider.getMeter(...scope))
    }
    return this.#metrics
  }
}
