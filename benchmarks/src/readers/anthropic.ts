import Anthropic from '@anthropic-ai/sdk'
import { addUp, type Reader } from './reader.ts'

export const anthropic: Reader = {
  name: '@anthropic-ai/sdk',
  needsName: true,
  async read(response) {
    const client = new Anthropic({ apiKey: 'sk-benchmark', fetch: async () => response })
    const stream = await client.messages.create({
      model: 'benchmark',
      max_tokens: 1024,
      messages: [{ role: 'user', content: 'Bull case for NVDA?' }],
      stream: true,
    })
    return addUp(stream)
  },
}
