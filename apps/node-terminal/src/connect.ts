import { VecTrade } from '@vectrade/node'
import { startSandbox } from '@vectrade/sandbox'
import type { DemoOptions } from './options.ts'
import { oneLine } from './printable.ts'

/** A client, and the sandbox that answers it, if there is one. Disposing it ends both. */
export interface Connection extends AsyncDisposable {
  client: VecTrade
  /** Lines that say who answers. */
  notices: string[]
}

/**
 * Connects to the API at the base URL, or to a new sandbox if there is no base URL.
 *
 * @param onRetry called when an attempt has failed and another one follows
 * @throws ConfigurationError on a wrong base URL
 */
export async function connect(options: DemoOptions, onRetry: () => void): Promise<Connection> {
  const { baseURL, hasKey, tokensPerSecond } = options
  // A person is waiting. After a longer time than this, they decide whether to ask again.
  const shared = { logger: { warn: onRetry }, maxRetryAfter: 5_000 }
  if (baseURL !== undefined) {
    const client = new VecTrade({ ...shared, baseURL })
    return {
      client,
      notices: [`VecTrade at ${oneLine(baseURL)}`],
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    }
  }
  // A pause before the first word, like that of a model.
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
