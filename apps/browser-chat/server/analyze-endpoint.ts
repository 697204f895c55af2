import { type FetchHandler, toNodeHandler } from '@vectrade/node'
import type { Plugin, PreviewServer, ViteDevServer } from 'vite'

/** What answers the page. */
export interface Backend {
  handler: FetchHandler
  /** Who that is, in one line for the terminal. */
  notice: string
  close?: () => Promise<void>
}

/** Serves `/api/analyze` from Vite's own server, in development and for the preview of a build. */
export function analyzeEndpoint(open: () => Promise<Backend>): Plugin {
  const serve = async (server: ViteDevServer | PreviewServer): Promise<void> => {
    const { handler, notice, close } = await open()
    server.middlewares.use('/api/analyze', (req, res) => void toNodeHandler(handler)(req, res))
    server.httpServer?.once('close', () => void close?.())
    const printUrls = server.printUrls.bind(server)
    server.printUrls = () => {
      printUrls()
      server.config.logger.info(`\n  ${notice}\n`)
    }
  }
  return { name: 'analyze-endpoint', configureServer: serve, configurePreviewServer: serve }
}
