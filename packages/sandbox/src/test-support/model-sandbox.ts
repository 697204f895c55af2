import { VecTrade, type VecTradeOptions } from '@vectrade/core'
import { type ModelServer, startModelServer } from '@vectrade/test-kit/model-server'
import { type Sandbox, type StartOptions, startSandbox } from '../server.ts'
import type { UpstreamOptions } from '../upstream/upstream-options.ts'

/** A sandbox that a model answers, the server of the model, and a client of the sandbox. */
export interface ModelSandbox extends AsyncDisposable {
  server: ModelServer
  sandbox: Sandbox
  /** It does not retry. */
  client: VecTrade
}

/** Starts a sandbox whose model answers with `answer`. */
export async function startModelSandbox(
  answer: Parameters<typeof startModelServer>[0],
  options: StartOptions & { model?: Partial<UpstreamOptions>; client?: VecTradeOptions } = {},
): Promise<ModelSandbox> {
  const { model, client: clientOptions, ...sandboxOptions } = options
  const server = await startModelServer(answer)
  const upstream = { url: server.url, model: 'test-model', ...model }
  const sandbox = await startSandbox({ ...sandboxOptions, upstream })
  const { url: baseURL, apiKey } = sandbox
  const client = new VecTrade({ baseURL, apiKey, maxRetries: 0, ...clientOptions })
  return {
    server,
    sandbox,
    client,
    async [Symbol.asyncDispose]() {
      client.close()
      await sandbox.close()
      await server[Symbol.asyncDispose]()
    },
  }
}
