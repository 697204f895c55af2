import { createHandler, toNodeHandler } from '@vectrade/node'
import { serve, type WebServer } from '@vectrade/test-kit/web-server'
import { tracedHandler } from '../index.ts'

export interface TracedServer extends WebServer {
  /** The values of each header `traceparent` that was received, by request. */
  readonly received: string[][]
}

interface TracedServerOptions {
  /** Returns a page or a script. */
  pages?: (path: string) => string
  /** How many requests get a 503 first. Default: 0. */
  failures?: number
  /** Origins of other pages that may ask. */
  origins?: readonly string[]
}

/** Serves an endpoint with a traced handler under `/api/`, and pages at all other paths. */
export async function serveTraced({
  pages = () => '',
  failures = 0,
  origins = [],
}: TracedServerOptions = {}): Promise<TracedServer> {
  const received: string[][] = []
  const handler = createHandler({
    cors: { origins },
    async *source() {
      yield { type: 'text', content: 'Because.' }
    },
  })
  const listener = toNodeHandler(tracedHandler(handler, { route: '/api/analyze' }))
  const server = await serve((req, res) => {
    const { pathname } = new URL(req.url ?? '/', 'http://any')
    if (!pathname.startsWith('/api/')) {
      const type = pathname.endsWith('.js') ? 'text/javascript' : 'text/html'
      return res.setHeader('content-type', type).end(pages(pathname))
    }
    if (req.method === 'POST') {
      received.push(
        req.rawHeaders.filter((_, at) => at % 2 === 1 && req.rawHeaders[at - 1] === 'traceparent'),
      )
      if (received.length <= failures) return res.writeHead(503).end()
    }
    return void listener(req, res)
  })
  return Object.assign(server, { received })
}
