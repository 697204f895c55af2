import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type {
  AttemptContext,
  AttemptResponse,
  CallAttempt,
  CallEnd,
  CallInfo,
  CallObserver,
  CallRetry,
  OtherEvent,
  StreamEvent,
} from '@vectrade/core'
import type { CallMetrics } from './call-metrics.ts'
import { inputMessages, outputMessages } from './messages.ts'
import { serverAttributes } from './server-attributes.ts'
import { traceHeaders } from './trace-headers.ts'

/** The span of one call, with its metrics. It ends once, with the call. */
export class CallSpan implements CallObserver {
  readonly #isInference: boolean
  readonly #isStream: boolean
  readonly #propagate: boolean | undefined
  readonly #metrics: CallMetrics
  /** The attributes of the span and of all metrics. The object is never changed, because the SDK keeps it. */
  #common: Attributes
  readonly #span: Span
  readonly #context: Context
  readonly #startedAt: number = performance.now()
  #hasAnswer = false
  #firstTextAt: number | undefined
  /** When the last hook was called. */
  #lastAt: number = this.#startedAt
  #lastTextAt: number | undefined
  /** Why the answer has ended, if its last event says so. */
  #finishReason: unknown

  /** @param propagate whether requests get the headers of the trace; undefined to find out */
  constructor(
    call: CallInfo,
    tracer: Tracer,
    metrics: CallMetrics,
    propagate: boolean | undefined,
  ) {
    this.#isInference = call.operation !== 'resume'
    this.#isStream = call.operation === 'stream'
    this.#propagate = propagate
    this.#metrics = metrics
    const name = this.#isInference ? 'chat' : 'fetch_response'
    this.#common = {
      'gen_ai.operation.name': name,
      'gen_ai.provider.name': 'vectrade',
      ...serverAttributes(call.url),
    }
    const parent = context.active()
    const attributes = { ...this.#common, ...(this.#isStream && { 'gen_ai.request.stream': true }) }
    this.#span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent)
    this.#context = trace.setSpan(parent, this.#span)
    if (call.prompt !== undefined && this.#span.isRecording()) {
      this.#span.setAttribute('gen_ai.input.messages', inputMessages(call.prompt, call.symbols))
    }
  }

  onAttempt({ url }: CallAttempt): AttemptContext {
    this.#now()
    return {
      headers: traceHeaders(this.#context, url, this.#propagate),
      run: (send) => context.with(this.#context, send),
    }
  }

  onResponse({ status }: AttemptResponse): void {
    this.#now()
    if (status < 400) this.#hasAnswer = true
  }

  onRetry({ attempt, error, delay }: CallRetry): void {
    this.#now()
    this.#span.addEvent('vectrade.retry', {
      'vectrade.attempt': attempt,
      'error.type': error.code,
      ...(delay !== undefined && { 'vectrade.retry.delay': delay / 1000 }),
    })
  }

  onFirstText(): void {
    this.#firstTextAt = this.#now()
  }

  onEvent(event: StreamEvent | OtherEvent): void {
    const now = this.#now()
    if (event.type === 'metadata') this.#setModel(event as { model?: unknown })
    if (event.type === 'done') {
      this.#finishReason = (event as { finish_reason?: unknown }).finish_reason
    }
    if (event.type !== 'text' || event.content === '' || !this.#isStream) return
    if (this.#lastTextAt !== undefined) {
      this.#metrics.onChunk((now - this.#lastTextAt) / 1000, this.#common)
    }
    this.#lastTextAt = now
  }

  onEnd({ outcome, error, requestId, text, metadata, usage }: CallEnd): void {
    // A dropped stream is noticed when it is collected as garbage, which may be much later.
    const endedAt = outcome === 'dropped' ? this.#lastAt : this.#now()
    const span = this.#span
    const duration = (endedAt - this.#startedAt) / 1000
    const timeToFirstChunk =
      this.#isStream && this.#firstTextAt !== undefined
        ? (this.#firstTextAt - this.#startedAt) / 1000
        : undefined
    const failure: Attributes = error === undefined ? {} : { 'error.type': error.code }
    this.#setModel(metadata)
    span.setAttributes({
      ...this.#common,
      ...failure,
      'vectrade.outcome': outcome,
      ...(requestId !== undefined && { 'gen_ai.response.id': requestId }),
      ...(this.#hasAnswer && {
        'gen_ai.response.finish_reasons': [
          outcome === 'complete'
            ? finishReason(this.#finishReason ?? metadata['finish_reason'])
            : 'error',
        ],
      }),
      ...(text && span.isRecording() && { 'gen_ai.output.messages': outputMessages(text) }),
    })
    // The message of an error is left out, because it may quote the prompt.
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })

    if (this.#isInference) {
      const inputTokens = count(usage?.['prompt_tokens'])
      const outputTokens = count(usage?.['completion_tokens'])
      span.setAttributes({
        ...(timeToFirstChunk !== undefined && {
          'gen_ai.response.time_to_first_chunk': timeToFirstChunk,
        }),
        ...(inputTokens !== undefined && { 'gen_ai.usage.input_tokens': inputTokens }),
        ...(outputTokens !== undefined && { 'gen_ai.usage.output_tokens': outputTokens }),
      })
      const inference = { duration, timeToFirstChunk, inputTokens, outputTokens }
      this.#metrics.onInference(inference, this.#common, failure)
    } else {
      this.#metrics.onFetchedResponse(duration, this.#common, failure)
    }
    span.end(outcome === 'dropped' ? endedAt : undefined)
  }

  #setModel({ model }: { readonly model?: unknown }): void {
    if (typeof model !== 'string') return
    this.#common = { ...this.#common, 'gen_ai.response.model': model }
  }

  #now(): number {
    this.#lastAt = performance.now()
    return this.#lastAt
  }
}

/** Returns why the model finished, in the words of the conventions. An endpoint may say why. VecTrade does not. */
function finishReason(told: unknown): string {
  if (typeof told !== 'string') return 'stop'
  return told === 'tool-calls' ? 'tool_call' : told.replaceAll('-', '_')
}

/** Returns a number of tokens, unless a server has sent something else. */
function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}
