// Starts workerd with a bundle that plays the cells. It runs in a separate process, because Miniflare reads
// NODE_EXTRA_CA_CERTS once.
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { Miniflare } from 'miniflare'

const [control = '', workers = '1', bundle = ''] = process.argv.slice(2)

const miniflare = new Miniflare({
  modules: true,
  script: await readFile(bundle, 'utf8'),
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
