import { VecTrade } from '@vectrade/node'
import { startSandbox } from '@vectrade/sandbox'
import type { DemoOptions } from './options.ts'
import { oneLine } from './printable.ts'

/** A client and whatever answers it; disposing of it ends both. */
export interface Connection extends AsyncDisposable {
  client: VecTrade
  /** What to tell about who answers. */
  notices: string[]
}

/**
 * Connects to the API at the base URL, or to a sandbox of our own where there is none.
 *
 * @param onRetry called when an attempt has failed and another one follows
 * @throws ConfigurationError on a wrong base URL
 */
export async function connect(options: DemoOptions, onRetry: () => void): Promise<Connection> {
  const { baseURL, hasKey, tokensPerSecond } = options
  // Somebody is waiting: what takes longer than this to come back is theirs to ask again.
  const shared = { logger: { warn: onRetry }, maxRetryAfter: 5_000 }
  if (baseURL !== undefined) {
    const client = new VecTrade({ ...shared, baseURL })
    return {
      client,
      notices: [`VecTrade at ${oneLine(baseURL)}`],
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    }
  }
  // A pause before the first word, as a model has it.
  const sandbox = await startSandbox({ tokensPerSecond, timeToFirstToken: 600 })
  const client = new VecTrade({ ...shared, baseURL: sandbox.url, apiKey: sandbox.apiKey })
  const notices = ['Simulated answer from the built-in sandbox: no model, no market data.']
  if (hasKey) {
    notices.push('VECTRADE_API_KEY is not used; --base-url https://api.vectrade.io/v1 uses it.')
  }
  return {
    client,
    notices,
    [Symbol.asyncDispose]: async () => {
      client.close()
      await sandbox.close()
    },
  }
}
