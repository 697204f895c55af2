import { type FetchHandler, toNodeHandler } from '@vectrade/node'
import type { Plugin, PreviewServer, ViteDevServer } from 'vite'

/** Answers the requests of the page. */
export interface Backend {
  /** Answers questions. */
  analyze: FetchHandler
  /** Sends live prices. */
  live: FetchHandler
  /** Says who answers, in one line for the terminal. */
  notice: string
  close?: () => void | Promise<void>
}

/**
 * A plugin that serves `/api/analyze` and `/api/live` from Vite's own server, in development and in the preview
 * of a build.
 */
export function endpoints(open: () => Promise<Backend>): Plugin {
  const serve = async (server: ViteDevServer | PreviewServer): Promise<void> => {
    const { analyze, live, notice, close } = await open()
    server.middlewares.use('/api/analyze', (req, res) => void toNodeHandler(analyze)(req, res))
    server.middlewares.use('/api/live', (req, res) => void toNodeHandler(live)(req, res))
    server.httpServer?.once('close', () => void close?.())
    const printUrls = server.printUrls.bind(server)
    server.printUrls = () => {
      printUrls()
      server.config.logger.info(`\n  ${notice}\n`)
    }
  }
  return { name: 'endpoints', configureServer: serve, configurePreviewServer: serve }
}
