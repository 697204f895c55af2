import { parseJsonEventStream } from '@ai-sdk/provider-utils'
import { z } from 'zod'
import { addUp, type Reader } from './reader.ts'

const schema = z.object({
  type: z.string(),
  content: z.string().optional(),
  source: z.string().optional(),
})

export const ai: Reader = {
  name: 'ai',
  async read(response) {
    const results = parseJsonEventStream({ stream: response.body!, schema })
    return addUp(values(results))
  },
}

async function* values(results: ReadableStream<{ success: boolean; value?: unknown }>) {
  for await (const result of results) if (result.success) yield result.value
}
