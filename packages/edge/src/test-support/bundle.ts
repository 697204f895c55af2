import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const edge = fileURLToPath(new URL('../index.ts', import.meta.url))

/** What a runtime is given to run: a module whose default export has `fetch`. */
export interface Bundled {
  /** For Workers. */
  module: string
  /** For the edge runtime, which has no modules: sets the global `worker`. */
  script: string
}

/** Bundles a module from the sources of the packages, as a Worker's own build would from `dist`. */
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

/** The worker of the tests: see worker.ts. */
export const testWorker: Bundled = await bundle("export { default } from './worker.ts'")

/** One client for all requests, made when the module loads, and nothing but the handler. */
export const handlerWorker: Bundled = await bundle(`
  import { createHandler, VecTrade } from '@vectrade/edge'
  export default { fetch: createHandler({ client: new VecTrade() }) }
`)

/** The same where Workers has its bindings for code outside requests. */
export const importedEnvWorker: Bundled = await bundle(`
  import { env } from 'cloudflare:workers'
  import { createHandler, VecTrade } from '@vectrade/edge'
  export default { fetch: createHandler({ client: VecTrade.fromEnv(env) }) }
`)

/** That one, which a request to `/close` closes. */
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

/** The Edge route of VecTrade's streaming guide as printed, behind the shortest of routers. */
export const guideWorker: Bundled = await bundle(`
  import { POST } from '../fixtures/guide-edge-route.txt'
  export default { fetch: POST }
`)
