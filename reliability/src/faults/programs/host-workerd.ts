// Starts workerd with a bundle that plays the cells. It runs in a separate process, because Miniflare reads
// NODE_EXTRA_CA_CERTS once.
import { join } from 'node:path'
import process from 'node:process'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'

const [control = '', workers = '1'] = process.argv.slice(2)

const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, 'workerd.ts')],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  external: ['node:*'],
  conditions: ['@vectrade/source', 'workerd'],
})

const miniflare = new Miniflare({
  modules: true,
  script: outputFiles[0]?.text ?? '',
  compatibilityDate: '2026-07-01',
  bindings: { CONTROL: control, WORKERS: workers },
})
try {
  const response = await fetch(await miniflare.ready)
  if (!response.ok) throw new Error(await response.text())
} finally {
  await miniflare.dispose()
}
process.exit()
