import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Sandbox, startSandbox } from '@vectrade/sandbox'
import { Miniflare } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from '../test-support/bundle.ts'
import { expectRecorded } from '../test-support/expect-recorded.ts'
import { makeCalls, type Recorded } from '../test-support/make-calls.ts'

const deno = createRequire(import.meta.url)('deno/install_api.cjs') as { runInstall(): string }

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

test('Node records every call once, whichever way it ends', async () => {
  expectRecorded(await makeCalls(sandbox.url, sandbox.apiKey))
})

test('Deno records every call once', async () => {
  expectRecorded(JSON.parse(await runDeno()) as Recorded)
})

test('Deno with its own OpenTelemetry adds the headers of the trace, and they are not doubled', async () => {
  const begun = sandbox.requests.length
  await runDeno({ OTEL_DENO: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
  const traces = sandbox.requests.slice(begun).map(({ headers }) => headers['traceparent'])
  expect(traces).toEqual([expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-01$/)])
})

test('Cloudflare workerd records every call once', async () => {
  const miniflare = new Miniflare({
    modules: true,
    script: await bundle('worker'),
    compatibilityDate: '2026-07-01',
    compatibilityFlags: ['nodejs_compat'],
    bindings: { SANDBOX_URL: sandbox.url, SANDBOX_KEY: sandbox.apiKey },
  })
  try {
    const response = await fetch(await miniflare.ready)
    const text = await response.text()
    expect(response.status, text).toBe(200)
    expectRecorded(JSON.parse(text) as Recorded)
  } finally {
    await miniflare.dispose()
  }
})

async function runDeno(environment: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vectrade-otel-'))
  try {
    const path = join(folder, 'program.js')
    await writeFile(path, await bundle('deno'))
    const flags = ['run', '--no-check', '--no-lock', '--allow-net', '--allow-env', path]
    const env = {
      ...process.env,
      NO_COLOR: '1',
      SANDBOX_URL: sandbox.url,
      SANDBOX_KEY: sandbox.apiKey,
      ...environment,
    }
    const { stdout } = await promisify(execFile)(deno.runInstall(), flags, {
      env,
      timeout: 100_000,
    })
    return stdout
  } finally {
    await rm(folder, { recursive: true })
  }
}
