// workerd has no test runner. A request to /run runs the suite, which calls handlers of this
// worker.
import { VecTrade } from '@vectrade/edge'
import { runConformance, type Serve } from '../index.ts'

const served = new Map<string, Parameters<Serve>[0]>()

/** @public bundled for workerd */
export default {
  async fetch(request: Request, env: { LAB_URL: string; RUNTIME: string }): Promise<Response> {
    const { pathname, origin } = new URL(request.url)
    const handler = served.get(pathname)
    if (handler !== undefined) return await handler(request)
    await runConformance({
      runtime: env.RUNTIME,
      createClient: (options) => VecTrade.fromEnv({}, options),
      baseURL: env.LAB_URL,
      capabilities: {
        key: true,
        webSockets: true,
        redirects: true,
        abortsLate: true,
        headerBytes: true,
        backpressure: true,
        async serve(handle) {
          const path = `/served/${crypto.randomUUID()}`
          served.set(path, handle)
          return {
            url: `${origin}${path}`,
            async [Symbol.asyncDispose]() {
              served.delete(path)
            },
          }
        },
      },
    })
    return new Response('done')
  },
}
