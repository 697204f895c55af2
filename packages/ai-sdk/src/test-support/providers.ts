import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModelV4 } from '@ai-sdk/provider'

const apiKey = 'sk-secret-key'

/** A model of each provider's package, at a server of the test. */
export const providers: Readonly<Record<string, (url: string) => LanguageModelV4>> = {
  'openai-compatible': (url) =>
    createOpenAICompatible({ name: 'local', baseURL: `${url}/v1`, apiKey, includeUsage: true })(
      'llama3.2',
    ),
  anthropic: (url) => createAnthropic({ baseURL: `${url}/v1`, apiKey })('claude-sonnet-4-5'),
  google: (url) => createGoogle({ baseURL: `${url}/v1beta`, apiKey })('gemini-2.5-flash'),
}
