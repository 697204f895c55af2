import { join } from 'node:path'
import process from 'node:process'
import { bundle } from './bundle.ts'
import { runProgram, withFile } from './child.ts'
import type { Launcher } from './launcher.ts'
import { versionOfPackage } from './version-of-package.ts'

export const edgeRuntime: Launcher = {
  runtime: 'Vercel edge-runtime',
  says: /^edge-runtime$/,
  async run({ url }) {
    const suite = await bundle('edge-runtime', 'iife', {
      conditions: ['@vectrade/source', 'edge-light'],
    })
    const program = join(import.meta.dirname, 'programs/edge-runtime.ts')
    const environment = { LAB_URL: url, RUNTIME: this.runtime }
    await withFile('suite.js', suite, (path) =>
      runProgram(process.execPath, [program, path], environment),
    )
    return versionOfPackage('@edge-runtime/vm')
  },
}
