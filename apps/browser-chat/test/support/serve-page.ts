import {
  createHandler,
  type FetchHandler,
  memoryStore,
  type StreamEvent,
  toResponse,
  VecTrade,
} from '@vectrade/node'
import {
  type Fault,
  formatFault,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '@vectrade/sandbox'
import { preview } from 'vite'
import { inject } from 'vitest'
import { analyzeEndpoint } from '../../server/analyze-endpoint.ts'

/** A server with the built page. Disposing it closes the server. */
export interface ServedPage extends AsyncDisposable {
  url: string
}

/** Serves the built page with the endpoint of a test. */
export async function servePage(handler: FetchHandler): Promise<ServedPage> {
  const server = await preview({
    configFile: false,
    logLevel: 'warn',
    build: { outDir: inject('builtPage') },
    preview: { port: 0 },
    plugins: [analyzeEndpoint(() => Promise.resolve({ handler, notice: '' }))],
  })
  return {
    url: server.resolvedUrls?.local[0] ?? '',
    [Symbol.asyncDispose]: () => server.close(),
  }
}

/** Serves the built page with events that the sandbox does not send. */
export function servePageWithEvents(events: () => AsyncIterable<StreamEvent>): Promise<ServedPage> {
  return servePage(() => toResponse(events()))
}

/** Serves the built page with a sandbox. The nth call gets the nth fault. Later calls succeed. */
export async function servePageWithSandbox(
  options: SandboxOptions = {},
  faults: Fault[] = [],
): Promise<ServedPage & { sandbox: Sandbox }> {
  const sandbox = await startSandbox(options)
  const store = memoryStore()
  const page = await servePage((request) => {
    const fault = request.method === 'POST' ? faults.shift() : undefined
    const client = new VecTrade({
      baseURL: sandbox.url,
      apiKey: sandbox.apiKey,
      maxRetries: 0,
      ...(fault ? { headers: { 'x-sandbox-fault': formatFault(fault) } } : {}),
    })
    return createHandler({ client, store })(request)
  })
  return {
    url: page.url,
    sandbox,
    [Symbol.asyncDispose]: async () => {
      await page[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}
