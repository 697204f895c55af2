import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '@vectrade/sandbox'
import { expect, test } from 'vitest'
import { access, fromSources, runDeno } from '../test-support/deno.ts'

interface Case {
  name: string
  failure: string | undefined
}

const files = ['test/client-tests.ts', 'test/serve-tests.ts']
const cases = await runDenoTests()

test('Deno runs its tests', () => {
  expect(cases.length).toBeGreaterThan(15)
})

for (const { name, failure } of cases) {
  test(name, () => {
    expect(failure).toBeUndefined()
  })
}

/** Runs the tests in `test` with Deno's test runner, which also fails tests that leave something open. */
async function runDenoTests(): Promise<Case[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vectrade-deno-'))
  const report = join(folder, 'report.xml')
  await using sandbox = await startSandbox({ heartbeat: 0 })
  // Reports how a call ended. The path is the idempotency key of the call. Answers after the call is over.
  const log = createServer((request, response) => {
    const record = sandbox.requests.find(
      ({ idempotencyKey }) => `/${idempotencyKey}` === request.url,
    )
    void record?.done.then(() => {
      const { closed, headers } = record
      response.end(JSON.stringify({ closed, userAgent: headers['user-agent'] }))
    })
  }).listen(0, '127.0.0.1')
  await once(log, 'listening')
  const { port } = log.address() as AddressInfo

  const leaks = ['--sanitize-ops', '--sanitize-resources']
  const allowed = ['--allow-env', '--allow-net=127.0.0.1,0.0.0.0']
  const { stdout, stderr } = await runDeno(
    ['test', fromSources, ...leaks, ...allowed, `--junit-path=${report}`, ...files],
    { env: { ...access(sandbox), SANDBOX_LOG: `http://127.0.0.1:${port}` } },
  )
  log.close()
  try {
    return readReport(readFileSync(report, 'utf8'))
  } catch {
    throw new Error(`Deno did not run the tests: ${stdout}${stderr}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function readReport(xml: string): Case[] {
  return Array.from(
    xml.matchAll(/<testcase name="(.*?)"[^>]*>(.*?)<\/testcase>/gs),
    ([, name = '', inner = '']) => ({
      name,
      failure: /<(?:failure|error)\b.*/s.exec(inner)?.[0],
    }),
  )
}
