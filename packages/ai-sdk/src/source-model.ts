import type { LanguageModelV2, LanguageModelV3, LanguageModelV4 } from '@ai-sdk/provider'

/** A language model of the AI SDK, such as `openai('gpt-5')`. Those of older providers work too. */
export type SourceModel = LanguageModelV2 | LanguageModelV3 | LanguageModelV4
