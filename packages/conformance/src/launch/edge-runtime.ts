import { EdgeVM } from '@edge-runtime/vm'
import { bundle } from './bundle.ts'
import type { Launcher } from './launcher.ts'
import { versionOfPackage } from './version-of-package.ts'

export const edgeRuntime: Launcher = {
  runtime: 'Vercel edge-runtime',
  says: /^edge-runtime$/,
  async run({ url }) {
    const variables = { LAB_URL: url, RUNTIME: this.runtime }
    const vm = new EdgeVM({
      extend: (context) => Object.assign(context, { variables }),
      initialCode: await bundle('edge-runtime', 'iife', {
        conditions: ['@vectrade/source', 'edge-light'],
      }),
    })
    await vm.evaluate<Promise<void>>('suite.run()')
    return versionOfPackage('@edge-runtime/vm')
  },
}
