import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api'

/** The buckets of the conventions. */
const seconds = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
]
const tokens = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
  67_108_864,
]

/** What is known when an inference has ended. */
export interface Inference {
  /** In s. */
  duration: number
  /** In s. Undefined for an answer in one piece, or without text. */
  timeToFirstChunk: number | undefined
  inputTokens: number | undefined
  outputTokens: number | undefined
}

/** The metrics of calls. The names, units, buckets and attributes are those of the conventions. */
export class CallMetrics {
  readonly #duration: Histogram
  readonly #fetchDuration: Histogram
  readonly #timeToFirstChunk: Histogram
  readonly #timePerChunk: Histogram
  readonly #usedInput: Counter
  readonly #usedOutput: Counter
  readonly #inputPerCall: Histogram
  readonly #outputPerCall: Histogram

  constructor(meter: Meter) {
    const histogram = (
      name: string,
      description: string,
      unit: string,
      explicitBucketBoundaries: number[],
    ): Histogram =>
      meter.createHistogram(`gen_ai.client.${name}`, {
        description,
        unit,
        advice: { explicitBucketBoundaries },
      })
    const counter = (name: string, description: string): Counter =>
      meter.createCounter(`gen_ai.client.${name}`, { description, unit: '{token}' })

    this.#duration = histogram('inference.duration', 'Duration of an inference', 's', seconds)
    this.#fetchDuration = histogram(
      'operation.duration',
      'Duration of fetching an answer that was asked for before',
      's',
      seconds,
    )
    this.#timeToFirstChunk = histogram(
      'inference.time_to_first_chunk',
      'Time to the first text of a streamed answer',
      's',
      seconds,
    )
    this.#timePerChunk = histogram(
      'inference.time_per_output_chunk',
      'Time between two pieces of text of a streamed answer',
      's',
      seconds,
    )
    this.#usedInput = counter('inference.usage.input_tokens', 'Tokens of prompts')
    this.#usedOutput = counter('inference.usage.output_tokens', 'Tokens of answers')
    this.#inputPerCall = histogram(
      'inference.operation.input_tokens',
      'Tokens of the prompt of one inference',
      '{token}',
      tokens,
    )
    this.#outputPerCall = histogram(
      'inference.operation.output_tokens',
      'Tokens of the answer of one inference',
      '{token}',
      tokens,
    )
  }

  /** @param duration since the text before it, in s */
  onChunk(duration: number, attributes: Attributes): void {
    this.#timePerChunk.record(duration, attributes)
  }

  /**
   * @param attributes those of all metrics
   * @param error the attribute for a failure, or none
   */
  onInference(inference: Inference, attributes: Attributes, error: Attributes): void {
    const { duration, timeToFirstChunk, inputTokens, outputTokens } = inference
    const withError = { ...attributes, ...error }
    this.#duration.record(duration, withError)
    if (timeToFirstChunk !== undefined) this.#timeToFirstChunk.record(timeToFirstChunk, attributes)
    addTokens(this.#usedInput, inputTokens, attributes)
    addTokens(this.#usedOutput, outputTokens, attributes)
    this.#inputPerCall.record(inputTokens ?? 0, withError)
    this.#outputPerCall.record(outputTokens ?? 0, withError)
  }

  /** @param duration in s */
  onFetchedResponse(duration: number, attributes: Attributes, error: Attributes): void {
    this.#fetchDuration.record(duration, { ...attributes, ...error })
  }
}

/** The conventions ask for a zero if the number is not known. Then the kind of the tokens is not known either. */
function addTokens(counter: Counter, number: number | undefined, attributes: Attributes): void {
  const modality = number === undefined ? 'unknown' : 'text'
  counter.add(number ?? 0, { ...attributes, 'gen_ai.token.modality': modality })
}
