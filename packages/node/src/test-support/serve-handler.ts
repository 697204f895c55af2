import { serve, type WebServer } from '@vectrade/test-kit/web-server'
import { type FetchHandler, toNodeHandler } from '../index.ts'

/** A handler that refuses a request without reading its body. */
export const refuse: FetchHandler = () => new Response('Sign in', { status: 401 })

/** Serves a handler on a port. */
export const serveHandler = (handler: FetchHandler): Promise<WebServer> =>
  serve((req, res) => void toNodeHandler(handler)(req, res))
