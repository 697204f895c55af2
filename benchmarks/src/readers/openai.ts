import OpenAI from 'openai'
import { addUp, type Reader } from './reader.ts'

export const openai: Reader = {
  name: 'openai',
  async read(response) {
    const client = new OpenAI({ apiKey: 'sk-benchmark', fetch: async () => response })
    const stream = await client.chat.completions.create({
      model: 'benchmark',
      messages: [{ role: 'user', content: 'Bull case for NVDA?' }],
      stream: true,
    })
    return addUp(stream)
  },
}
