import { VecTrade } from '@vectrade/node'
import OpenAI from 'openai'

/** Makes a client of a server, which asks it once for each call. */
type Opener = (url: string) => () => AsyncIterable<unknown>

const prompt = 'Bull case for NVDA?'

const vectrade: Opener = (url) => {
  const client = new VecTrade({ apiKey: 'vq_benchmark', baseURL: url })
  return () => client.ai.stream(prompt)
}

const openai: Opener = (url) => {
  const client = new OpenAI({ apiKey: 'sk-benchmark', baseURL: url })
  return async function* () {
    yield* await client.chat.completions.create({
      model: 'benchmark',
      messages: [{ role: 'user', content: prompt }],
      stream: true,
    })
  }
}

/** The least that any client does: ask, read, decode, split on blank lines, parse. */
const fetched: Opener = (url) =>
  async function* () {
    const response = await fetch(`${url}/ai/analyze`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer vq_benchmark' },
      body: JSON.stringify({ prompt, stream: true }),
    })
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of response.body!) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = block.slice('data: '.length)
        if (data !== '[DONE]') yield JSON.parse(data) as unknown
      }
    }
  }

/** By the name that the tables have. */
export const openers: Record<'vectrade' | 'openai' | 'fetch', Opener> = {
  vectrade,
  openai,
  fetch: fetched,
}
