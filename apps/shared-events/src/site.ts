import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FetchHandler } from '@vectrade/node'
import { build } from 'esbuild'

/** Creates the site of the page: its files, and its endpoint at `/api/analyze`. */
export async function createSite(analyze: FetchHandler): Promise<FetchHandler> {
  const files = await bundlePage()
  return (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/api/analyze') return analyze(request)
    return files.get(pathname)?.() ?? new Response('Not found', { status: 404 })
  }
}

/** Returns the files of the page, as functions that make a response, by their paths. */
async function bundlePage(): Promise<ReadonlyMap<string, () => Response>> {
  const html = await readFile(join(import.meta.dirname, '../index.html'))
  const { outputFiles } = await build({
    entryPoints: ['page.ts', 'page.css'].map((name) => join(import.meta.dirname, 'page', name)),
    outdir: '/',
    write: false,
    bundle: true,
    // The client loads some of its parts on demand.
    splitting: true,
    format: 'esm',
    target: 'es2023',
    // Uses the sources of the packages, so that nothing has to be built first.
    conditions: ['@vectrade/source'],
    minify: true,
  })
  const files = new Map([['/', fileOf(html, 'text/html; charset=utf-8')]])
  for (const { path, contents } of outputFiles) {
    const type = path.endsWith('.css') ? 'text/css' : 'text/javascript'
    files.set(path, fileOf(contents, type))
  }
  return files
}

function fileOf(contents: Uint8Array, type: string): () => Response {
  const bytes = new Uint8Array(contents)
  return () => new Response(bytes, { headers: { 'content-type': type } })
}
