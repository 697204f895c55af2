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
      const response = await fetch(new URL('/run', await miniflare.ready))
      if (!response.ok) throw new Error(await response.text())
    } finally {
      await miniflare.dispose()
    }
    return versionOfPackage('miniflare', 'workerd')
  },
}
