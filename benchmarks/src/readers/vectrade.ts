import { VecTrade } from '@vectrade/core'
import type { AnalysisStream } from '@vectrade/core'
import { addUp, type Reader } from './reader.ts'

function open(response: Response): AnalysisStream {
  const client = new VecTrade({ apiKey: 'vq_benchmark', fetch: async () => response })
  return client.ai.stream('Bull case for NVDA?')
}

export const vectrade: Reader = {
  name: 'vectrade',
  read: (response) => addUp(open(response)),
}

/** Its text only. */
export const textStream: Reader = {
  name: 'vectrade textStream',
  async read(response) {
    let text = ''
    for await (const piece of open(response).textStream) text += piece
    return { text }
  },
}

/** Likewise. */
export const finalText: Reader = {
  name: 'vectrade finalText',
  read: async (response) => ({ text: await open(response).finalText() }),
}
