import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fromResponse } from '@vectrade/deno'
import { startSandbox } from '@vectrade/sandbox'
import { lastRequest } from '@vectrade/test-kit/last-request'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { expect, onTestFinished, test } from 'vitest'

const home = join(import.meta.dirname, '..')
const { scripts } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
  scripts: { dev: string }
}
const [, ...command] = scripts.dev.split(' ')
// The path of Deno itself. The script that npm links would not pass signals on to it.
const installation = createRequire(import.meta.url)('deno/install_api.cjs') as {
  runInstall(): string
}

interface RunningApp {
  /** Resolves with the next line that it prints. */
  line(): Promise<unknown>
  /** Ends it, and resolves with the text of stderr. */
  stop(): Promise<string>
}

/** Starts the app with the command of its `dev` script, on a free port. */
function start(variables: Record<string, string> = {}): RunningApp {
  const { VECTRADE_API_KEY: _, VECTRADE_BASE_URL: __, ...env } = process.env
  const child = spawn(installation.runInstall(), command, {
    cwd: home,
    env: { ...env, PORT: '0', DENO_NO_UPDATE_CHECK: '1', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const errors = text(child.stderr)
  const stop = (): Promise<string> => {
    child.kill()
    return errors
  }
  onTestFinished(() => void stop())
  return { line: async () => (await lines.next()).value, stop }
}

function post(url: string, prompt: string, signal?: AbortSignal): Promise<Response> {
  return fetch(url, { method: 'POST', body: JSON.stringify({ prompt }), signal: signal ?? null })
}

test('without a key it answers from the sandbox, and says so', async () => {
  const app = start()
  expect(await app.line()).toBe('SIMULATED answers: set VECTRADE_API_KEY to ask VecTrade')
  const url = String(await app.line())
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/analyze$/)
  expect((await fetch(new URL('/', url))).status).toBe(404)
  expect((await post(url, '')).status).toBe(422)

  const events = await Array.fromAsync(fromResponse(await post(url, 'NVDA?')))
  expect(events.at(0)).toMatchObject({ type: 'metadata', simulated: true })
  expect(events.at(-1)?.type).toBe('done')
  expect(await app.stop()).toBe('')
})

test('with a key it asks VecTrade, until the caller leaves', async () => {
  await using sandbox = await startSandbox({ heartbeat: 0, tokensPerSecond: 50 })
  const app = start({ VECTRADE_API_KEY: sandbox.apiKey, VECTRADE_BASE_URL: sandbox.url })
  const url = String(await app.line())
  const leaving = new AbortController()
  await post(url, 'NVDA?', leaving.signal)
  leaving.abort()
  await expectWithinASecond(() => lastRequest(sandbox).closed === 'client')

  expect(await fromResponse(await post(url, 'AMD?')).finalText()).toContain('AMD')
  expect(lastRequest(sandbox).headers['user-agent']).toMatch(/^vectrade-deno\//)
  expect(await app.stop()).toBe('')
})
