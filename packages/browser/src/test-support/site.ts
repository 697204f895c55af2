import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHandler, type HandlerOptions, toNodeHandler, VecTrade } from '@vectrade/node'
import type { Sandbox } from '@vectrade/sandbox'
import { bundle } from './bundle.ts'

/** A site with endpoints that call a sandbox, and with a page that may run only the site's scripts. */
export interface Site extends AsyncDisposable {
  origin: string
  /** The requests to the endpoints, preflights included. */
  asked: { method: string; headers: Record<string, string> }[]
  /** If set, its response is sent in place of an endpoint's. */
  answer: ((request: Request) => Response | undefined) | undefined
  /** Closes every connection. */
  cut(): void
  /** Closes every connection and stops listening. The store of the endpoints stays. */
  close(): Promise<void>
  /** Listens again, on the same port. */
  reopen(): Promise<void>
}

/** The options that the endpoints pass on to `createHandler`. */
export type SiteOptions = Pick<HandlerOptions, 'cors' | 'store' | 'owner' | 'publicOrigin'>

const script = await bundle(new URL('./page.ts', import.meta.url))

export async function startSite(sandbox: Sandbox, options: SiteOptions = {}): Promise<Site> {
  const asked: Site['asked'] = []
  const server = createServer(
    toNodeHandler((request) => {
      const url = new URL(request.url)
      const headers = { 'content-security-policy': policy(url.searchParams.get('connect')) }
      if (url.pathname === '/page.js') {
        return new Response(script, { headers: { ...headers, 'content-type': 'text/javascript' } })
      }
      const endpoint = endpoints[url.pathname]
      if (endpoint) {
        asked.push({ method: request.method, headers: Object.fromEntries(request.headers) })
        return site.answer?.(request) ?? endpoint(request, { sandbox, options, asked })
      }
      if (url.pathname !== '/') {
        return new Response(null, { status: url.pathname === '/favicon.ico' ? 204 : 404 })
      }
      return new Response('<!doctype html><script type="module" src="/page.js"></script>', {
        headers: {
          ...headers,
          'content-type': 'text/html',
          'set-cookie': 'visitor=known; Path=/; HttpOnly; SameSite=Lax',
        },
      })
    }),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const site: Site = {
    origin: `http://127.0.0.1:${port}`,
    asked,
    answer: undefined,
    cut: () => server.closeAllConnections(),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
    reopen: async () => {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    [Symbol.asyncDispose]: () => site.close(),
  }
  return site
}

function policy(connect: string | null): string {
  // Browsers request an icon.
  return `default-src 'none'; img-src 'self'; script-src 'self'; connect-src 'self' ${connect ?? ''}`
}

interface EndpointContext {
  sandbox: Sandbox
  options: SiteOptions
  asked: Site['asked']
}

type Endpoint = (request: Request, context: EndpointContext) => Promise<Response> | Response

/** An endpoint of `createHandler`. `?fault=` sets a fault of VecTrade, `?members` requires the cookie. */
const analyze: Endpoint = (request, { sandbox, options }) => {
  const { searchParams } = new URL(request.url)
  const client = new VecTrade({
    baseURL: sandbox.url,
    apiKey: sandbox.apiKey,
    maxRetries: 0,
    headers: { 'x-sandbox-fault': searchParams.get('fault') ?? '' },
  })
  const isKnown = (): boolean => request.headers.get('cookie') === 'visitor=known'
  const authorize = searchParams.has('members') ? isKnown : undefined
  return createHandler({ ...options, client, authorize })(request)
}

const endpoints: Record<string, Endpoint> = {
  '/api/analyze': analyze,
  '/api/moved': ({ url }) => {
    const { searchParams, origin } = new URL(url)
    const location = `${searchParams.get('to') ?? origin}/api/analyze`
    return new Response(null, { status: 308, headers: { location } })
  },
  '/api/busy-twice': (request, context) =>
    context.asked.length <= 2
      ? new Response(null, { status: 503, headers: { 'retry-after': '0' } })
      : analyze(request, context),
  '/api/page': () =>
    new Response('<!doctype html>Sign in', { headers: { 'content-type': 'text/html' } }),
}
