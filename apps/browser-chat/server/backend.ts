import process from 'node:process'
import { createHandler, memoryStore, VecTrade } from '@vectrade/node'
import { startSandbox } from '@vectrade/sandbox'
import type { Backend } from './analyze-endpoint.ts'

/** Opens VecTrade if there is a key, and a sandbox otherwise. */
export async function openBackend(): Promise<Backend> {
  if (process.env['VECTRADE_API_KEY']) {
    const client = new VecTrade()
    return {
      // Add `authorize` and `owner` before anyone but you can reach this server.
      handler: createHandler({ client, store: memoryStore() }),
      notice: 'VecTrade answers, with the key in VECTRADE_API_KEY.',
    }
  }
  // A pause before the first word, like that of a model.
  const sandbox = await startSandbox({ tokensPerSecond: 40, timeToFirstToken: 600 })
  const client = new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey })
  return {
    handler: createHandler({ client, store: memoryStore() }),
    notice:
      'Answers are simulated: no model, no market data. Set VECTRADE_API_KEY to ask VecTrade.',
    close: () => sandbox.close(),
  }
}
