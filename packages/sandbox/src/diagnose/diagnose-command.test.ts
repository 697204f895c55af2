import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startSandbox } from '../server.ts'
import type { Diagnosis } from './diagnose-endpoint.ts'

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))

/** Runs the command to its end. */
function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const command = ['--conditions=@vectrade/source', cli, 'diagnose', ...args]
  return new Promise((resolve) => {
    execFile(process.execPath, command, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr })
    })
  })
}

test('exits with 0 if nothing is wrong, and prints no key and no answer', async () => {
  await using sandbox = await startSandbox({ tokensPerSecond: 40 })
  const header = ['--header', `X-API-Key: ${sandbox.apiKey}`]
  const prompt = ['--prompt', 'Is AMD a secret?']
  const url = `${sandbox.url}/ai/analyze?token=hidden`
  const [text, json] = await Promise.all([
    run(url, ...header, ...prompt),
    run(url, ...header, ...prompt, '--json'),
  ])
  expect(text.code, text.stdout).toBe(0)
  expect(text.stdout).toContain(`POST ${sandbox.url}/ai/analyze\n  status 200 over HTTP/1.1 after`)
  expect(text.stdout).toMatch(/\d+ events and 0 heartbeats \([\d.]+ kB\) in \d+ arrivals/)
  expect(text.stdout).toContain('Nothing is wrong')
  expect(json.code).toBe(0)
  const diagnosis = JSON.parse(json.stdout) as Diagnosis
  expect(diagnosis).toMatchObject({ ok: true, findings: [], method: 'POST' })
  expect(diagnosis.measured.arrivals.length).toBeGreaterThan(3)
  for (const secret of [sandbox.apiKey, 'AMD', 'hidden', 'Simulated']) {
    expect(text.stdout + json.stdout + text.stderr + json.stderr).not.toContain(secret)
  }
})

test('follows live data, and exits with 1 if it cannot tell', async () => {
  await using sandbox = await startSandbox({ live: { market: 'closed' } })
  const { code, stdout } = await run(
    `${sandbox.url}/live?symbols=NVDA`,
    '--get',
    '--idle=4',
    '-H',
    `Authorization: Bearer ${sandbox.apiKey}`,
  )
  expect(code, stdout).toBe(1)
  expect(stdout).toContain('cannot-tell: It cannot tell whether something buffers: only 1 event')
  expect(stdout).toContain('  the URL: symbols that change often, or a longer --idle')
})

test('exits with 1 and says what to do if the endpoint refuses', async () => {
  await using sandbox = await startSandbox()
  const { code, stdout } = await run(`${sandbox.url}/ai/analyze`)
  expect(code).toBe(1)
  expect(stdout).toContain('refused: The response has the status 401')
  expect(stdout).toContain('  --header: the key')
})

test.each([
  [[], 'It takes one URL'],
  [['http://localhost', 'http://localhost'], 'It takes one URL'],
  [['localhost'], 'The URL must be one such as https://example.com/api'],
  [['http://localhost', '--idle', 'x'], '--idle takes a number of seconds'],
  [['http://localhost', '--idle', '0'], '`idle` must be a number of ms'],
  [['http://localhost', '--header', 'vq_secret'], '--header takes "name: value"'],
  [['http://localhost', '--header', 'vq secret: x'], '`headers` has a name or a value'],
  [['http://example.com', '--header', 'cookie: vq_secret'], 'A key or a cookie would be sent'],
  [['http://localhost', '--jsno'], "Unknown option '--jsno'"],
])('exits with 2 for %j', async (args, message) => {
  const { code, stdout, stderr } = await run(...args)
  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain(`sandbox diagnose: ${message}`)
  expect(stderr).not.toContain('secret')
  expect(stderr.trim().split('\n')).toHaveLength(1)
})

test('prints its help', async () => {
  const { code, stdout } = await run('--help')
  expect(code).toBe(0)
  for (const name of ['--header', '--prompt', '--get', '--idle', '--json']) {
    expect(stdout).toContain(name)
  }
})
