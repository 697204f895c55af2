import process from 'node:process'
import { createHandler, VecTrade } from '@vectrade/node'
import { startSandbox } from '@vectrade/sandbox'
import type { Backend } from './analyze-endpoint.ts'

// The page tries again by itself: doing so here as well would ask VecTrade nine times.
const shared = { maxRetries: 0 }

/** VecTrade where there is a key, else a sandbox. */
export async function openBackend(): Promise<Backend> {
  if (process.env['VECTRADE_API_KEY']) {
    const client = new VecTrade(shared)
    return {
      handler: createHandler({ client }),
      notice: 'VecTrade answers, with VECTRADE_API_KEY.',
    }
  }
  // A pause before the first word, as a model has it.
  const sandbox = await startSandbox({ tokensPerSecond: 40, timeToFirstToken: 600 })
  const client = new VecTrade({ ...shared, baseURL: sandbox.url, apiKey: sandbox.apiKey })
  return {
    handler: createHandler({ client }),
    notice: 'Answers are simulated: no model, no market data. VECTRADE_API_KEY asks VecTrade.',
    close: () => sandbox.close(),
  }
}
