import {
  createHandler,
  createLiveHandler,
  type FetchHandler,
  type LiveEvent,
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
import { endpoints } from '../../server/endpoints.ts'
import { LiveEndpoint } from './live-endpoint.ts'

/** A server with the built page. Disposing it closes the server. */
export interface ServedPage extends AsyncDisposable {
  url: string
}

/** Serves the built page with the endpoints of a test. Without `live`, there are no live prices. */
export async function servePage(
  analyze: FetchHandler,
  live: FetchHandler = noPrices,
): Promise<ServedPage> {
  const server = await preview({
    configFile: false,
    logLevel: 'warn',
    build: { outDir: inject('builtPage') },
    preview: { port: 0 },
    plugins: [endpoints(() => Promise.resolve({ analyze, live, notice: '' }))],
  })
  return {
    url: server.resolvedUrls?.local[0] ?? '',
    [Symbol.asyncDispose]: () => server.close(),
  }
}

const noPrices: FetchHandler = () => new Response(null, { status: 404 })

/** Serves the built page with events that the sandbox does not send. */
export function servePageWithEvents(events: () => AsyncIterable<StreamEvent>): Promise<ServedPage> {
  return servePage(() => toResponse(events()))
}

async function* oneWord(): AsyncGenerator<StreamEvent> {
  yield { type: 'text', content: 'Yes.' }
  yield { type: 'done', content: '' }
}

/** Serves the built page with these live prices. Its answers have one word. */
export function servePageWithPrices(
  feed: AsyncIterable<LiveEvent>,
  authorize: () => boolean = () => true,
): Promise<ServedPage> {
  return servePage(() => toResponse(oneWord()), createLiveHandler({ feed, authorize }))
}

/**
 * Serves the built page with a sandbox. The nth call gets the nth fault. Later calls succeed. There are live prices
 * if the options have `live`. They count as requests of the sandbox too.
 */
export async function servePageWithSandbox(
  options: SandboxOptions = {},
  faults: Fault[] = [],
): Promise<ServedPage & { sandbox: Sandbox; live: LiveEndpoint }> {
  const sandbox = await startSandbox(options)
  const store = memoryStore()
  const { url, liveURL, apiKey } = sandbox
  const liveClient = new VecTrade({ baseURL: url, liveURL, apiKey })
  const prices = options.live ? createLiveHandler({ client: liveClient }) : noPrices
  const live = new LiveEndpoint(prices)
  const analyze: FetchHandler = (request) => {
    const fault = request.method === 'POST' ? faults.shift() : undefined
    const client = new VecTrade({
      baseURL: url,
      apiKey,
      maxRetries: 0,
      ...(fault ? { headers: { 'x-sandbox-fault': formatFault(fault) } } : {}),
    })
    return createHandler({ client, store })(request)
  }
  const page = await servePage(analyze, live.handle)
  return {
    url: page.url,
    sandbox,
    live,
    [Symbol.asyncDispose]: async () => {
      await page[Symbol.asyncDispose]()
      liveClient.close()
      await sandbox.close()
    },
  }
}
