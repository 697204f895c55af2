import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const edge = fileURLToPath(new URL('../index.ts', import.meta.url))

/** A bundled module that has a default export with `fetch`. */
export interface Bundled {
  /** For Workers, which run modules. */
  module: string
  /** For the edge runtime, which has no modules. The script sets the global `worker`. */
  script: string
}

/** Bundles a module from the packages' sources. A Worker's own build would use `dist`. */
async function bundle(contents: string): Promise<Bundled> {
  const [module, script] = await Promise.all(
    (['esm', 'iife'] as const).map(async (format) => {
      const { outputFiles } = await build({
        stdin: { contents, loader: 'ts', resolveDir: import.meta.dirname },
        bundle: true,
        write: false,
        loader: { '.txt': 'ts' },
        format,
        globalName: 'worker',
        platform: 'neutral',
        target: 'es2022',
        conditions: ['@vectrade/source', 'workerd', 'edge-light'],
        external: ['cloudflare:*'],
        alias: { '@vectrade/edge': edge, '@vectrade/sdk': edge },
      })
      return outputFiles[0]?.text ?? ''
    }),
  )
  return { module: module ?? '', script: script ?? '' }
}

/** The worker of most tests. See worker.ts. */
export const testWorker: Bundled = await bundle("export { default } from './worker.ts'")

/** A worker that is only a handler, with one client that is created when the module loads. */
export const handlerWorker: Bundled = await bundle(`
  import { createHandler, VecTrade } from '@vectrade/edge'
  export default { fetch: createHandler({ client: new VecTrade() }) }
`)

/** The same worker, with the bindings that Workers offers to code outside of requests. */
export const importedEnvWorker: Bundled = await bundle(`
  import { env } from 'cloudflare:workers'
  import { createHandler, VecTrade } from '@vectrade/edge'
  export default { fetch: createHandler({ client: VecTrade.fromEnv(env) }) }
`)

/** The same worker. A request to `/close` closes its client. */
export const closingWorker: Bundled = await bundle(`
  import { env } from 'cloudflare:workers'
  import { createHandler, VecTrade } from '@vectrade/edge'
  const client = VecTrade.fromEnv(env)
  const handler = createHandler({ client })
  export default {
    fetch(request) {
      if (!request.url.endsWith('/close')) return handler(request)
      client.close()
      return new Response('closed')
    }
  }
`)

/** The unchanged Edge route of VecTrade's streaming guide, as a worker. */
export const guideWorker: Bundled = await bundle(`
  import { POST } from '../fixtures/guide-edge-route.txt'
  export default { fetch: POST }
`)
