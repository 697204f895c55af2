import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { Miniflare } from 'miniflare'
import { bundle } from './bundle.ts'
import type { Launcher } from './launcher.ts'
import { versionOfPackage } from './version-of-package.ts'

export const workerd: Launcher = {
  runtime: 'Cloudflare workerd',
  says: /^Cloudflare-Workers$/,
  async run({ url }) {
    const miniflare = new Miniflare({
      modules: true,
      script: await bundle('workerd', 'esm', { conditions: ['@vectrade/source', 'workerd'] }),
      compatibilityDate: '2026-07-01',
      bindings: { LAB_URL: url, RUNTIME: this.runtime },
    })
    try {
      // `fetch` would give up after five minutes, because the response comes when the suite has run.
      const running = get(new URL('/run', await miniflare.ready))
      const [response] = (await once(running, 'response')) as [IncomingMessage]
      const body = await text(response)
      if (response.statusCode !== 200) throw new Error(body)
    } finally {
      await miniflare.dispose()
    }
    return versionOfPackage('miniflare', 'workerd')
  },
}
