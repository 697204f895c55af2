import { VecTrade, type VecTradeOptions } from '@vectrade/node'
import { type SandboxOptions, startSandbox } from '@vectrade/sandbox'
import type { LiveDemoOptions } from './live/live-options.ts'
import type { DemoOptions } from './options.ts'
import { oneLine } from './printable.ts'

/** A client, and the sandbox that answers it, if there is one. Disposing it ends both. */
export interface Connection extends AsyncDisposable {
  client: VecTrade
  /** Lines that say who answers. */
  notices: string[]
}

/**
 * Connects to the API at the base URL, or to a new sandbox if there is no base URL. In the sandbox, a model
 * answers if there is one.
 *
 * @param onRetry called when an attempt has failed and another one follows
 * @throws ConfigurationError on a wrong base URL
 * @throws TypeError on a wrong option of the model
 */
export async function connect(options: DemoOptions, onRetry: () => void): Promise<Connection> {
  const { baseURL, upstream, hasKey, tokensPerSecond } = options
  // A person is waiting. After a longer time than this, they decide whether to ask again.
  const shared = { logger: { warn: onRetry }, maxRetryAfter: 5_000 }
  if (baseURL !== undefined) return connectTo(baseURL, { ...shared, baseURL })
  if (upstream !== undefined) {
    const who = `${oneLine(upstream.model)} at ${oneLine(upstream.url)}`
    return connectToSandbox([`${who} answers, not VecTrade.`], shared, { upstream })
  }
  const notices = ['Simulated answer from the built-in sandbox: no model, no market data.']
  if (hasKey) {
    notices.push('VECTRADE_API_KEY is not used; --base-url https://api.vectrade.io/v1 uses it.')
  }
  // A pause before the first word, like that of a model.
  return connectToSandbox(notices, shared, { tokensPerSecond, timeToFirstToken: 600 })
}

/**
 * Connects to the live data at the live URL, or to a new sandbox if there is no live URL.
 *
 * @throws ConfigurationError on a wrong live URL
 */
export async function connectLive({ liveURL, hasKey }: LiveDemoOptions): Promise<Connection> {
  if (liveURL !== undefined) return connectTo(liveURL, { liveURL })
  const notices = ['Simulated data from the built-in sandbox: no market data.']
  if (hasKey) {
    notices.push('VECTRADE_API_KEY is not used; --live-url wss://ws.vectrade.io uses it.')
  }
  return connectToSandbox(notices, {}, {})
}

function connectTo(url: string, options: VecTradeOptions): Connection {
  const client = new VecTrade(options)
  return {
    client,
    notices: [`VecTrade at ${oneLine(url)}`],
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

async function connectToSandbox(
  notices: string[],
  options: VecTradeOptions,
  sandboxOptions: SandboxOptions,
): Promise<Connection> {
  const sandbox = await startSandbox(sandboxOptions)
  const { url: baseURL, liveURL, apiKey } = sandbox
  const client = new VecTrade({ ...options, baseURL, liveURL, apiKey })
  return {
    client,
    notices,
    [Symbol.asyncDispose]: async () => {
      client.close()
      await sandbox.close()
    },
  }
}
