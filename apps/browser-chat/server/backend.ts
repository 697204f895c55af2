import process from 'node:process'
import { createHandler, createLiveHandler, memoryStore, VecTrade } from '@vectrade/node'
import { startSandbox } from '@vectrade/sandbox'
import type { Backend } from './endpoints.ts'

/** Opens VecTrade if there is a key, and a sandbox otherwise. */
export async function openBackend(): Promise<Backend> {
  if (process.env['VECTRADE_API_KEY']) {
    const client = new VecTrade()
    return {
      ...handlersOf(client),
      notice: 'VecTrade answers, with the key in VECTRADE_API_KEY.',
      close: () => client.close(),
    }
  }
  const sandbox = await startSandbox({
    // A pause before the first word, like that of a model.
    timeToFirstToken: 600,
    tokensPerSecond: 40,
    // Two prices a second can still be read.
    live: { interval: 500 },
  })
  const { url, liveURL, apiKey } = sandbox
  const client = new VecTrade({ baseURL: url, liveURL, apiKey })
  return {
    ...handlersOf(client),
    notice:
      'Answers and prices are simulated: no model, no market data. Set VECTRADE_API_KEY to ask VecTrade.',
    close: async () => {
      client.close()
      await sandbox.close()
    },
  }
}

/** Add `authorize` and `owner` to both before anyone but you can reach this server. */
function handlersOf(client: VecTrade): Pick<Backend, 'analyze' | 'live'> {
  return {
    analyze: createHandler({ client, store: memoryStore() }),
    live: createLiveHandler({ client }),
  }
}
