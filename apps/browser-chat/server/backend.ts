import process from 'node:process'
import { createHandler, memoryStore, VecTrade } from '@vectrade/node'
import { startSandbox } from '@vectrade/sandbox'
import type { Backend } from './analyze-endpoint.ts'

/** VecTrade where there is a key, else a sandbox. */
export async function openBackend(): Promise<Backend> {
  if (process.env['VECTRADE_API_KEY']) {
    const client = new VecTrade()
    return {
      // `authorize` and `owner` belong here, before anybody but you can reach this server.
      handler: createHandler({ client, store: memoryStore() }),
      notice: 'VecTrade answers, with VECTRADE_API_KEY.',
    }
  }
  // A pause before the first word, as a model has it.
  const sandbox = await startSandbox({ tokensPerSecond: 40, timeToFirstToken: 600 })
  const client = new VecTrade({ baseURL: sandbox.url, apiKey: sandbox.apiKey })
  return {
    handler: createHandler({ client, store: memoryStore() }),
    notice: 'Answers are simulated: no model, no market data. VECTRADE_API_KEY asks VecTrade.',
    close: () => sandbox.close(),
  }
}
