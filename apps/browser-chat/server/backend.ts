import process from 'node:process'
import { createHandler, createLiveHandler, memoryStore, VecTrade } from '@vectrade/node'
import { readUpstream, type SandboxRequest, startSandbox } from '@vectrade/sandbox'
import type { Backend } from './endpoints.ts'

/**
 * Connects the endpoints to what answers. If VECTRADE_UPSTREAM names a model, that is a sandbox with this model. If
 * there is a key, it is VecTrade. Otherwise, it is a sandbox with simulated answers.
 */
export async function openBackend(): Promise<Backend> {
  const upstream = readUpstream({}, process.env)
  if (upstream === undefined && process.env['VECTRADE_API_KEY']) {
    const client = new VecTrade()
    return {
      ...handlersOf(client),
      notice: 'VecTrade answers, with the key in VECTRADE_API_KEY.',
      close: () => client.close(),
    }
  }
  const sandbox = await startSandbox({
    // A pause before the first word, like that of a model.
    ...(upstream ? { upstream } : { timeToFirstToken: 600, tokensPerSecond: 40 }),
    onRequest: (request) => void request.done.then(() => reportError(request)),
    // Two prices a second can still be read.
    live: { interval: 500 },
  })
  const { url, liveURL, apiKey } = sandbox
  const client = new VecTrade({ baseURL: url, liveURL, apiKey })
  return {
    ...handlersOf(client),
    notice: upstream
      ? `${upstream.model} at ${upstream.url} answers, not VecTrade. Prices are simulated: no market data.`
      : 'Answers and prices are simulated: no model, no market data. Set VECTRADE_API_KEY to ask VecTrade.',
    close: async () => {
      client.close()
      await sandbox.close()
    },
  }
}

/** Prints why the model did not answer. The page tells its reader only that it did not. */
function reportError({ error }: SandboxRequest): void {
  if (error !== undefined) console.error(`\n  ${error}\n`)
}

/** Add `authorize` and `owner` to both before anyone but you can reach this server. */
function handlersOf(client: VecTrade): Pick<Backend, 'analyze' | 'live'> {
  return {
    analyze: createHandler({ client, store: memoryStore() }),
    live: createLiveHandler({ client }),
  }
}
