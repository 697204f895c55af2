import {
  context,
  type ContextManager,
  diag,
  DiagLogLevel,
  metrics,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'

/** A span, without ids and times. */
export interface SeenSpan {
  name: string
  kind: string | undefined
  /** The name of the parent; `remote` if it is not in the list; undefined for a root. */
  parent: string | undefined
  /** The number of its trace in the list. */
  trace: number
  attributes: Record<string, unknown>
  events: { name: string; attributes: Record<string, unknown> }[]
  isError: boolean
}

/** A span with the ids that connect it to others. */
export interface SpanLink {
  name: string
  kind: string | undefined
  traceId: string
  id: string
  parentId: string | undefined
}

/** The series of a metric. */
export interface SeenMetric {
  name: string
  unit: string
  series: { attributes: Record<string, unknown>; value: unknown }[]
}

/** OpenTelemetry's own SDK, with exporters that keep everything in memory, as the global one. */
export class Telemetry {
  /** What OpenTelemetry complains about, such as a span that is ended twice. */
  readonly complaints: string[] = []
  readonly #spans = new InMemorySpanExporter()
  readonly #metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  /** The ids of all spans. Their times do not tell the order, because two can begin in the same one. */
  readonly #begun: string[] = []
  readonly #tracerProvider: TracerProvider = new TracerProvider({
    spanProcessors: [
      new SimpleSpanProcessor({ exporter: this.#spans }),
      {
        onStart: (span) => void this.#begun.push(span.spanContext().spanId),
        onEnd: quiet,
        forceFlush: async () => {},
        shutdown: async () => {},
      },
    ],
  })
  readonly #meterProvider: MeterProvider = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({
        exporter: this.#metrics,
        exportIntervalMillis: 2 ** 30,
        exportTimeoutMillis: 2 ** 30,
      }),
    ],
  })

  constructor(contextManager: ContextManager) {
    for (const api of [trace, metrics, context, propagation]) api.disable()
    const complain = (message: string): void => void this.complaints.push(message)
    diag.setLogger(
      { error: complain, warn: complain, info: quiet, debug: quiet, verbose: quiet },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    )
    trace.setGlobalTracerProvider(this.#tracerProvider)
    metrics.setGlobalMeterProvider(this.#meterProvider)
    context.setGlobalContextManager(contextManager.enable())
    propagation.setGlobalPropagator(
      new CompositePropagator({
        propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
      }),
    )
  }

  /** The spans that have ended, in the order in which they began. */
  get spans(): SeenSpan[] {
    return seen(this.#inOrder())
  }

  /** The same spans, with their ids. */
  get links(): SpanLink[] {
    return this.#inOrder().map((span) => ({
      name: span.name,
      kind: SpanKind[span.kind],
      traceId: span.spanContext().traceId,
      id: span.spanContext().spanId,
      parentId: span.parentSpanContext?.spanId,
    }))
  }

  async metrics(): Promise<SeenMetric[]> {
    this.#metrics.reset()
    await this.#meterProvider.forceFlush()
    const scopes = this.#metrics.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
    return scopes
      .flatMap(({ metrics: all }) => all)
      .map(({ descriptor: { name, unit }, dataPoints }) => ({
        name,
        unit,
        series: dataPoints.map(({ attributes, value }) => ({ attributes, value })),
      }))
  }

  reset(): void {
    this.#spans.reset()
  }

  #inOrder(): ReadableSpan[] {
    const begun = (span: ReadableSpan): number => this.#begun.indexOf(span.spanContext().spanId)
    return this.#spans.getFinishedSpans().toSorted((a, b) => begun(a) - begun(b))
  }
}

function quiet(): void {}

function seen(begun: readonly ReadableSpan[]): SeenSpan[] {
  const traces = [...new Set(begun.map((span) => span.spanContext().traceId))]
  const names = new Map(begun.map((span) => [span.spanContext().spanId, span.name]))
  return begun.map((span) => ({
    name: span.name,
    kind: SpanKind[span.kind],
    parent: span.parentSpanContext && (names.get(span.parentSpanContext.spanId) ?? 'remote'),
    trace: traces.indexOf(span.spanContext().traceId),
    attributes: { ...span.attributes },
    events: span.events.map(({ name, attributes = {} }) => ({ name, attributes })),
    isError: span.status.code === SpanStatusCode.ERROR,
  }))
}
