import { VecTrade } from '@vectrade/node'
import { addUp, type Reader } from './reader.ts'

/** The client that a program in Node imports, with all that comes with it. */
export const vectradeNode: Reader = {
  name: 'vectrade',
  read(response) {
    const client = new VecTrade({ apiKey: 'vq_benchmark', fetch: async () => response })
    return addUp(client.ai.stream('Bull case for NVDA?'))
  },
}
