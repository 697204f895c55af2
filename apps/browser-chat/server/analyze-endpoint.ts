import { type FetchHandler, toNodeHandler } from '@vectrade/node'
import type { Plugin, PreviewServer, ViteDevServer } from 'vite'

/** Answers the requests of the page. */
export interface Backend {
  handler: FetchHandler
  /** Says who answers, in one line for the terminal. */
  notice: string
  close?: () => Promise<void>
}

/** A plugin that serves `/api/analyze` from Vite's own server, in development and in the preview of a build. */
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
