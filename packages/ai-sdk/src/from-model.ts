import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import {
  type AnalysisRequest,
  type AnalysisSource,
  ConfigurationError,
  type EventTypes,
  type NoEventTypes,
} from '@vectrade/core'
import { checkOptions, type Checks, checkString, hasMethods } from '@vectrade/core/adapter'
import { errorFromModel } from './error-from-model.ts'
import type { SourceModel } from './source-model.ts'
import { eventsOf, type ToEventsOptions, toEventsChecks } from './to-events.ts'

/** The options of {@link fromModel}. All but `system`, `events`, `onError` and `logger` go to the model as they are. */
export interface ModelOptions<Types extends EventTypes = NoEventTypes> extends Pick<
  ToEventsOptions<Types>,
  'events' | 'onError' | 'logger'
> {
  /** What the model is told before the question. Default: nothing. */
  system?: string | undefined
  /** The most tokens of an answer. A longer one ends with the reason `length`. Default: that of the model. */
  maxOutputTokens?: number | undefined
  /** How much answers to the same question differ. 0 is least. Default: that of the model. */
  temperature?: number | undefined
  /** Considers the likeliest next tokens, up to this sum of probabilities. Default: that of the model. */
  topP?: number | undefined
  /** How many of the likely next tokens are considered. Default: that of the model. */
  topK?: number | undefined
  /** How much the model avoids what is in the prompt already. Default: that of the model. */
  presencePenalty?: number | undefined
  /** How much the model avoids its own words. Default: that of the model. */
  frequencyPenalty?: number | undefined
  /** Texts that end the answer. Default: none. */
  stopSequences?: string[] | undefined
  /** A number with which some models give the same answer again. Default: none. */
  seed?: number | undefined
  /** How long the model thinks before it answers. Default: as the provider decides. */
  reasoning?: LanguageModelV4CallOptions['reasoning'] | undefined
  /** Headers of the request to the provider. Default: none. */
  headers?: Record<string, string | undefined> | undefined
  /** What only one provider has, such as `{ openai: { serviceTier: 'flex' } }`. Default: none. */
  providerOptions?: LanguageModelV4CallOptions['providerOptions'] | undefined
}

/** The model checks its settings. */
const ownChecks: Checks<
  Pick<ModelOptions<EventTypes>, 'system' | 'events' | 'onError' | 'logger'>
> = {
  system: checkString,
  events: toEventsChecks.events,
  onError: toEventsChecks.onError,
  logger: toEventsChecks.logger,
}

/**
 * Lets a language model of the AI SDK answer questions, as the `source` of `createHandler`.
 *
 * The model gets the `system` prompt, and the question as the message of a user. If the question has symbols, the message
 * ends with a line such as `Ticker symbols: NVDA, AMD`. The source makes one request for each question, and does not
 * repeat it. If the reader leaves, the request ends.
 *
 * A failure before the first event decides the status of the response. The error has the provider's status, but not its
 * words. Only `onError` gets the provider's own error.
 *
 * @throws ConfigurationError if this is no model, or on a wrong option
 * @example
 * ```ts
 * import { fromModel } from '@vectrade/ai-sdk'
 * import { createHandler } from '@vectrade/core'
 * import { MockLanguageModelV4 } from 'ai/test'
 *
 * const model = new MockLanguageModelV4()
 * const handler = createHandler({ source: fromModel(model, { temperature: 0 }) })
 * const response = await handler(new Request('https://example.com/api/analyze'))
 * console.log(response.status) // 405
 * ```
 */
export function fromModel<const Types extends EventTypes = NoEventTypes>(
  model: SourceModel,
  options: ModelOptions<Types> = {},
): AnalysisSource<NoInfer<Types>> {
  if (!hasMethods(model, 'doStream')) {
    throw new ConfigurationError(
      "Pass fromModel a language model, such as openai('gpt-5'), and not its name",
    )
  }
  checkOptions(options, ownChecks)
  const { system, events, onError, logger, ...settings } = options
  // Versions 2 and 3 of the specification take the same options.
  const newest = model as LanguageModelV4
  return async (question, { signal }) => {
    try {
      const { stream, response } = await newest.doStream({
        ...(settings as Partial<LanguageModelV4CallOptions>),
        prompt: promptOf(question, system),
        abortSignal: signal,
      })
      const contentType = response?.headers?.['content-type']
      const { modelId } = model
      return eventsOf(stream, { model: modelId, events, signal, onError, logger, contentType })
    } catch (error) {
      throw errorFromModel(error, { signal, onError })
    }
  }
}

function promptOf(
  { prompt, symbols = [] }: AnalysisRequest,
  system: string | undefined,
): LanguageModelV4CallOptions['prompt'] {
  const text = symbols.length === 0 ? prompt : `${prompt}\n\nTicker symbols: ${symbols.join(', ')}`
  return [
    ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
    { role: 'user', content: [{ type: 'text', text }] },
  ]
}
