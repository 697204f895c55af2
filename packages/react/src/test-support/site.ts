import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import {
  type AnalysisRequest,
  createHandler,
  createLiveHandler,
  type LiveEvent,
  memoryStore,
  toNodeHandler,
} from '@vectrade/node'
import { delay } from '@vectrade/test-kit'
import { build } from 'esbuild'

/** A version of React, and whether it is the one for development. */
export interface Build {
  react: 18 | 19
  mode: 'development' | 'production'
}

/** An answer that the site has given. */
interface Given {
  prompt: string
  /** Aborted once no one reads the answer any more, or once it was stopped. */
  signal: AbortSignal
}

/** A site with a page of React components, and with endpoints for them. */
export interface Site extends AsyncDisposable {
  origin: string
  answers: Given[]
  /** The methods and paths of the requests to endpoints. */
  asked: string[]
  /** The requests for live data that are open. */
  live: Set<Request>
  url(build: Build): string
}

/** Starts a site. A prompt is the number of pieces of its answer, and how many come in a second: `100 at 50`. */
export async function startSite(): Promise<Site> {
  const answers: Given[] = []
  const asked: string[] = []
  const live = new Set<Request>()
  const source = ({ prompt }: AnalysisRequest, { signal }: { signal: AbortSignal }) => {
    answers.push({ prompt, signal })
    return pieces(prompt, signal)
  }
  const events = { price: true } as const
  const quotes = createLiveHandler({ feed: simulated() })
  const endpoints: Record<string, (request: Request) => Promise<Response>> = {
    '/api/analyze': createHandler({ source, events }),
    '/api/stored': createHandler({ source, events, store: memoryStore() }),
    '/api/live': (request) => {
      live.add(request)
      request.signal.addEventListener('abort', () => live.delete(request))
      return quotes(request)
    },
  }
  const scripts = new Map<string, Promise<string>>()
  const server = createServer(
    toNodeHandler(async (request) => {
      const { pathname, search } = new URL(request.url)
      const endpoint = endpoints[pathname]
      if (endpoint) {
        asked.push(`${request.method} ${pathname}`)
        return endpoint(request)
      }
      if (pathname === '/') {
        const html = `<!doctype html><div id="root"></div><script type="module" src="/page.js${search}"></script>`
        return new Response(html, { headers: { 'content-type': 'text/html' } })
      }
      if (pathname !== '/page.js') return new Response(null, { status: 204 })
      if (!scripts.has(search)) scripts.set(search, bundle(search))
      const script = await scripts.get(search)
      return new Response(script ?? '', { headers: { 'content-type': 'text/javascript' } })
    }),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  return {
    origin,
    answers,
    asked,
    live,
    url: ({ react, mode }) => `${origin}/?react=${react}&mode=${mode}`,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Bundles the page with one version of React, from the packages' sources. */
async function bundle(search: string): Promise<string> {
  const wanted = new URLSearchParams(search)
  const is18 = wanted.get('react') === '18'
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./page.ts', import.meta.url))],
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@vectrade/source'],
    alias: is18 ? { react: 'react-18', 'react-dom': 'react-dom-18' } : {},
    define: { 'process.env.NODE_ENV': JSON.stringify(wanted.get('mode')) },
  })
  return outputFiles[0]?.text ?? ''
}

async function* pieces(
  prompt: string,
  signal: AbortSignal,
): AsyncGenerator<{ type: 'text'; content: string } | { type: 'price'; content: '' }> {
  const [count = 0, perSecond = 0] = prompt.split(' at ').map(Number)
  const start = performance.now()
  const price = { type: 'price', content: '', amount: 7 } as const
  yield price
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, 1 + ((performance.now() - start) * perSecond) / 1000)
    for (; sent < due; sent += 1) yield { type: 'text', content: `${sent} ` }
    if (signal.aborted) return
    await delay(5)
  }
}

/** Returns the text of an answer. */
export function textOf(count: number): string {
  return Array.from({ length: count }, (_, at) => `${at} `).join('')
}

/** Quotes of NVDA and AMD, for ever. */
async function* simulated(): AsyncGenerator<LiveEvent> {
  for (let price = 1; ; price += 1) {
    yield { type: 'quote.update', symbol: 'NVDA', price }
    yield { type: 'quote.update', symbol: 'AMD', price: price / 2 }
    await delay(20)
  }
}
