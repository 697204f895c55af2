import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import process from 'node:process'
import { startSandbox } from '@vectrade/sandbox'

// Runs a command of Next.js: `node dev/start.ts dev`. Without a key, it also starts a sandbox that the app asks.
const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
const hasKey = Boolean(process.env['VECTRADE_API_KEY'])
const sandbox = hasKey ? undefined : await startSandbox({ tokensPerSecond: 40 })
console.log(
  hasKey
    ? 'VecTrade answers, with the key in VECTRADE_API_KEY.\n'
    : 'Answers are simulated: no model, no market data. Set VECTRADE_API_KEY to ask VecTrade.\n',
)

const child = spawn(process.execPath, [next, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: '1',
    ...(sandbox && { VECTRADE_BASE_URL: sandbox.url, VECTRADE_API_KEY: sandbox.apiKey }),
  },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => {
  process.exitCode = code ?? 1
  void sandbox?.close()
})
