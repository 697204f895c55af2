import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  LanguageModelV4Text,
  SharedV4Warning,
} from '@ai-sdk/provider'
import type {
  AI,
  AnalysisRequest,
  AnalysisStream,
  OtherEvent,
  StreamEvent,
  StreamResponse,
} from '@vectrade/core'
import { PartsOfEvents } from './parts-of-events.ts'
import { requestFromPrompt } from './request-from-prompt.ts'
import { toAPICallError } from './to-api-call-error.ts'
import { unsupportedSettings } from './unsupported-settings.ts'

type Answer = AnalysisStream<StreamEvent | OtherEvent>

interface Call {
  request: AnalysisRequest
  warnings: SharedV4Warning[]
  answer: Answer
  response: StreamResponse
}

/** VecTrade as a language model of the AI SDK. Each call is one request, which the AI SDK repeats if that can help. */
export class VecTradeModel implements LanguageModelV4 {
  readonly specificationVersion = 'v4' as const
  readonly provider = 'vectrade'
  readonly modelId: string
  readonly supportedUrls = {}
  readonly #ai: AI<StreamEvent | OtherEvent>

  constructor(ai: AI<StreamEvent | OtherEvent>, modelId: string) {
    this.#ai = ai
    this.modelId = modelId
  }

  async doStream(options: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    const { request, warnings, answer, response } = await this.#ask(options)
    const { requestId, headers } = response
    const first: LanguageModelV4StreamPart[] = [
      { type: 'stream-start', warnings },
      { type: 'response-metadata', ...(requestId !== undefined && { id: requestId }) },
    ]
    return {
      stream: streamOf(answer, first, options.abortSignal),
      request: { body: request },
      response: { headers: Object.fromEntries(headers) },
    }
  }

  async doGenerate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const { request, warnings, answer, response } = await this.#ask(options)
    const { requestId, headers } = response
    const parts = new PartsOfEvents()
    const content: LanguageModelV4Content[] = []
    let text: LanguageModelV4Text = { type: 'text', text: '' }
    let modelId: string | undefined
    const take = (part: LanguageModelV4StreamPart): void => {
      if (part.type === 'text-start') content.push((text = { type: 'text', text: '' }))
      else if (part.type === 'text-delta') text.text += part.delta
      else if (part.type === 'source' || part.type === 'custom') content.push(part)
      else if (part.type === 'response-metadata') modelId = part.modelId
    }
    try {
      // Uses a stream, because its time limits suit long answers, and because endpoints of your own always stream.
      for await (const event of answer) parts.of(event).forEach(take)
    } catch (error) {
      throw toAPICallError(error, options.abortSignal)
    }
    return {
      content,
      ...parts.finish(),
      warnings,
      request: { body: request },
      response: {
        ...(requestId !== undefined && { id: requestId }),
        ...(modelId !== undefined && { modelId }),
        headers: Object.fromEntries(headers),
      },
    }
  }

  /** Sends the request. Resolves when VecTrade has accepted it. */
  async #ask(options: LanguageModelV4CallOptions): Promise<Call> {
    const { abortSignal: signal } = options
    const warnings = unsupportedSettings(options)
    const request = requestFromPrompt(options, warnings)
    try {
      const headers = Object.entries(options.headers ?? {}).filter(
        (header): header is [string, string] => header[1] !== undefined,
      )
      // The AI SDK repeats calls.
      const answer = this.#ai.stream(request, { signal, headers, maxRetries: 0 })
      return { request, warnings, answer, response: await answer.response }
    } catch (error) {
      throw toAPICallError(error, signal)
    }
  }
}

/** Returns the parts of an answer as a stream. An event is read when the reader asks for a part. */
function streamOf(
  answer: Answer,
  first: LanguageModelV4StreamPart[],
  signal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  const events = answer[Symbol.asyncIterator]()
  const parts = new PartsOfEvents()
  let hasBegun = false
  return new ReadableStream<LanguageModelV4StreamPart>(
    {
      async pull(controller) {
        if (!hasBegun) {
          hasBegun = true
          for (const part of first) controller.enqueue(part)
          return
        }
        try {
          // Each pull must add a part, or end the stream.
          for (;;) {
            const { done, value } = await events.next()
            const made = done ? parts.end() : parts.of(value)
            for (const part of made) controller.enqueue(part)
            if (done) controller.close()
            if (done || made.length > 0) return
          }
        } catch (error) {
          const failure = toAPICallError(error, signal)
          if (signal?.aborted) {
            controller.error(failure)
            return
          }
          for (const part of parts.fail(failure)) controller.enqueue(part)
          controller.close()
        }
      },
      async cancel(reason) {
        await answer.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
