import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Cors, createHandler, toNodeHandler, VecTrade } from '@vectrade/node'
import type { Sandbox } from '@vectrade/sandbox'
import { bundle } from './bundle.ts'

/** A site with a page that only its own scripts run on, and with endpoints in front of a sandbox. */
export interface Site extends AsyncDisposable {
  origin: string
  /** What the endpoints were asked, preflights included. */
  asked: { method: string; headers: Record<string, string> }[]
  /** Cuts every connection. */
  cut(): void
}

const script = await bundle(new URL('./page.ts', import.meta.url))

export async function startSite(sandbox: Sandbox, cors?: Cors): Promise<Site> {
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
        return endpoint(request, { sandbox, cors, asked })
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
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    cut: () => server.closeAllConnections(),
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function policy(connect: string | null): string {
  // Browsers look for an icon.
  return `default-src 'none'; img-src 'self'; script-src 'self'; connect-src 'self' ${connect ?? ''}`
}

interface Surroundings {
  sandbox: Sandbox
  cors: Cors | undefined
  asked: Site['asked']
}

type Endpoint = (request: Request, surroundings: Surroundings) => Promise<Response> | Response

/** The endpoint of the package: `?fault=` befalls it, `?members` only is for those with the cookie. */
const analyze: Endpoint = (request, { sandbox, cors }) => {
  const { searchParams } = new URL(request.url)
  const client = new VecTrade({
    baseURL: sandbox.url,
    apiKey: sandbox.apiKey,
    maxRetries: 0,
    headers: { 'x-sandbox-fault': searchParams.get('fault') ?? '' },
  })
  const isKnown = (): boolean => request.headers.get('cookie') === 'visitor=known'
  const authorize = searchParams.has('members') ? isKnown : undefined
  return createHandler({ client, cors, authorize })(request)
}

const endpoints: Record<string, Endpoint> = {
  '/api/analyze': analyze,
  '/api/moved': ({ url }) =>
    new Response(null, {
      status: 308,
      headers: { location: url.replace('/api/moved', '/api/analyze') },
    }),
  '/api/busy-twice': (request, surroundings) =>
    surroundings.asked.length <= 2
      ? new Response(null, { status: 503, headers: { 'retry-after': '0' } })
      : analyze(request, surroundings),
  '/api/page': () =>
    new Response('<!doctype html>Sign in', { headers: { 'content-type': 'text/html' } }),
}
