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

/** Its text only. @param events how many there are, as nobody counts them */
export const textStream = (events: number): Reader => ({
  name: 'vectrade textStream',
  async read(response) {
    let text = ''
    for await (const piece of open(response).textStream) text += piece
    return { events, text }
  },
})

/** Likewise. */
export const finalText = (events: number): Reader => ({
  name: 'vectrade finalText',
  read: async (response) => ({ events, text: await open(response).finalText() }),
})
