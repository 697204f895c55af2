import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { startSandbox } from '@vectrade/sandbox'

// `wrangler dev` for this repository; its arguments are passed on.
const manifest = import.meta.resolve('wrangler/package.json')
const wrangler = fileURLToPath(new URL('bin/wrangler.js', manifest))

const { env } = process
const { ACCESS_TOKEN = randomUUID() } = env
// Where there is this file Wrangler takes the secrets from it, and none of the ones below.
const hasSecrets = existsSync('.dev.vars')
const sandbox =
  hasSecrets || env['VECTRADE_API_KEY'] ? undefined : await startSandbox({ tokensPerSecond: 40 })
if (sandbox !== undefined) {
  console.log('SIMULATED answers from a sandbox: no model, no market data.')
  console.log('VECTRADE_API_KEY=… asks VecTrade instead.\n')
}
if (!hasSecrets)
  console.log(`/api/analyze wants the header Authorization: Bearer ${ACCESS_TOKEN}\n`)

// The guide's route is open here, and nowhere else.
const flags = ['--var', 'OPEN_ROUTES:yes', ...process.argv.slice(2)]
const child = spawn(process.execPath, [wrangler, 'dev', ...flags], {
  stdio: 'inherit',
  env: {
    ...env,
    // Wrangler's own, and before them the one that stands for the sources of our packages.
    WRANGLER_BUILD_CONDITIONS: '@vectrade/source,workerd,worker,browser',
    // It would ask the network for its own news and for where on earth this is, and report its use.
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    ACCESS_TOKEN,
    ...(sandbox && { VECTRADE_BASE_URL: sandbox.url, VECTRADE_API_KEY: sandbox.apiKey }),
  },
})
// Of the terminal's SIGINT Wrangler has its own copy.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill())
child.on('exit', (code) => {
  process.exitCode = code ?? 1
  void sandbox?.close()
})
