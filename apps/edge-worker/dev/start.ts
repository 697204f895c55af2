import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { startSandbox } from '@vectrade/sandbox'

// Runs `wrangler dev` for this repository, and passes its own arguments on.
const manifest = import.meta.resolve('wrangler/package.json')
const wrangler = fileURLToPath(new URL('bin/wrangler.js', manifest))

const { env } = process
const { ACCESS_TOKEN = randomUUID() } = env
// If this file exists, Wrangler takes the secrets from it and ignores those below.
const hasSecrets = existsSync('.dev.vars')
const sandbox =
  hasSecrets || env['VECTRADE_API_KEY'] ? undefined : await startSandbox({ tokensPerSecond: 40 })
if (sandbox !== undefined) {
  console.log('SIMULATED answers and prices from a sandbox: no model, no market data.')
  console.log('Set VECTRADE_API_KEY to ask VecTrade.\n')
}
if (!hasSecrets)
  console.log(`/api/analyze and /api/live need the header Authorization: Bearer ${ACCESS_TOKEN}\n`)

// The guide's route is open only here.
const flags = ['--var', 'OPEN_ROUTES:yes', ...process.argv.slice(2)]
const child = spawn(process.execPath, [wrangler, 'dev', ...flags], {
  stdio: 'inherit',
  env: {
    ...env,
    // Wrangler's own conditions, after the one for the sources of our packages.
    WRANGLER_BUILD_CONDITIONS: '@vectrade/source,workerd,worker,browser',
    // Without these, Wrangler would look for updates and for its location on the network, and report its use.
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    ACCESS_TOKEN,
    ...(sandbox && {
      VECTRADE_BASE_URL: sandbox.url,
      VECTRADE_LIVE_URL: sandbox.liveURL,
      VECTRADE_API_KEY: sandbox.apiKey,
    }),
  },
})
// A terminal also sends SIGINT to Wrangler itself.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill())
child.on('exit', (code) => {
  process.exitCode = code ?? 1
  void sandbox?.close()
})
