import { type LanguageModelV4, NoSuchModelError, type ProviderV4 } from '@ai-sdk/provider'
import {
  type AI,
  ConfigurationError,
  type OtherEvent,
  type StreamEvent,
  VecTrade,
  type VecTradeOptions,
} from '@vectrade/core'
import { checkClient, withRuntime } from '@vectrade/core/adapter'
import { VecTradeModel } from './vectrade-model.ts'

/** The names of VecTrade's models. */
export type VecTradeModelId = 'analyst'

/**
 * The options of {@link createVecTrade}: a client, such as one of `@vectrade/node`, or the options of a new one.
 */
export type VecTradeProviderOptions =
  | {
      /** The client that asks VecTrade. */
      client: { readonly ai: AI<StreamEvent | OtherEvent> }
    }
  | (VecTradeOptions & { client?: undefined })

/** VecTrade as a provider of the AI SDK. It has one language model, and no models of other kinds. */
export interface VecTradeProvider extends ProviderV4 {
  /** Returns a model, as `languageModel` does. */
  (modelId: VecTradeModelId): LanguageModelV4
}

/**
 * Creates a provider of the AI SDK, whose model is VecTrade's analyst.
 *
 * A call is one request: the AI SDK repeats it if that can help. Symbols are passed with a call, as
 * `providerOptions: { vectrade: { symbols: ['NVDA'] } }`.
 *
 * Without a client, the key comes from the option `apiKey` or the environment variable `VECTRADE_API_KEY`. If there is
 * none, the first call throws. To use the features of a runtime, pass a client of the package for it.
 *
 * @throws ConfigurationError on a wrong option
 * @example
 * ```ts
 * import { createVecTrade } from '@vectrade/ai-sdk'
 * import { streamText } from 'ai'
 *
 * const vectrade = createVecTrade()
 * const { textStream } = streamText({
 *   model: vectrade('analyst'),
 *   prompt: "What's the bull case for NVDA?",
 * })
 * for await (const text of textStream) process.stdout.write(text)
 * ```
 */
export function createVecTrade(options: VecTradeProviderOptions = {}): VecTradeProvider {
  const { ai } = clientOf(options)
  const languageModel = (modelId: string): LanguageModelV4 => {
    if (modelId !== 'analyst') throw new NoSuchModelError({ modelId, modelType: 'languageModel' })
    return new VecTradeModel(ai, modelId)
  }
  return Object.assign((modelId: VecTradeModelId) => languageModel(modelId), {
    specificationVersion: 'v4' as const,
    languageModel,
    embeddingModel: none('embeddingModel'),
    imageModel: none('imageModel'),
  })
}

function clientOf(options: VecTradeProviderOptions): { readonly ai: AI<StreamEvent | OtherEvent> } {
  const { client, ...others } = options
  if (client === undefined) {
    return new VecTrade(...withRuntime(others, { name: 'ai-sdk', env: environmentVariable }))
  }
  checkClient('ai', 'stream')('client', client)
  if (Object.keys(others).length > 0) {
    throw new ConfigurationError('Pass either a `client` or the options of a new one')
  }
  return client
}

/** Reads an environment variable. Returns undefined if the runtime has no `process`, or if Deno denies access. */
function environmentVariable(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }
  try {
    return process?.env?.[name]
  } catch {
    return undefined
  }
}

function none(modelType: 'embeddingModel' | 'imageModel') {
  return (modelId: string): never => {
    throw new NoSuchModelError({ modelId, modelType })
  }
}
