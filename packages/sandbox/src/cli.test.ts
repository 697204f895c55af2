import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { endChunk, sendStream, startModelServer, textChunk } from '@vectrade/test-kit/model-server'
import { startStopwatch } from '@vectrade/test-kit/stopwatch'
import { afterEach, describe, expect, test } from 'vitest'
import { startSandbox } from './server.ts'
import { dataOf } from './test-support/raw-request.ts'

const cli = fileURLToPath(new URL('cli.ts', import.meta.url))
const run = promisify(execFile)
const running = new Set<ReturnType<typeof spawn>>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

/** Starts the command, and waits until it has printed its last line of help. */
async function start(...args: string[]) {
  const command = ['--conditions=@vectrade/source', cli, '--port', '0', ...args]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const lines: string[] = []
  const ready = new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line)
      if (line.startsWith('Ctrl-C')) resolve()
    })
    void exit.then(() => reject(new Error('ended before it was ready')))
  })
  await ready
  const find = (pattern: RegExp): string => pattern.exec(lines.join('\n'))?.[1] ?? ''
  return { child, exit, lines, url: find(/URL +(\S+)/), key: find(/Key +(\S+)/), find }
}

async function failure(...args: string[]): Promise<{ code: number; stderr: string }> {
  const result = run(process.execPath, ['--conditions=@vectrade/source', cli, ...args])
  return result.then(
    () => expect.fail('it should have failed'),
    (error: { code: number; stderr: string }) => error,
  )
}

describe('the command', () => {
  test('keeps running after the reader of its output has left', async () => {
    const { child, url, key } = await start('--tokens-per-second', '0')
    child.stdout.destroy()
    for (let at = 0; at < 3; at += 1) {
      const response = await fetch(`${url}/ai/analyze`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ prompt: 'Bull case?' }),
      })
      expect(response.status).toBe(200)
      await response.text()
    }
    expect(child.exitCode).toBeNull()
  })

  test('takes the options of the live data, and prints its URLs', async () => {
    const flags = ['--live-interval', '5', '--live-seed', '7', '--live-market', 'closed']
    const fault = ['--live-symbol', 'NVDA', '--live-fault', 'cutAfterEvents=2; cut=clean']
    const sandbox = await start(...flags, ...fault)
    expect(sandbox.find(/Live +(\S+),/)).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/)
    const response = await fetch(`${sandbox.url}/live?symbols=NVDA,AMD,VQTEST`, {
      headers: { authorization: `Bearer ${sandbox.key}` },
    })
    const events = dataOf(await response.text()).map((data) => JSON.parse(data) as object)
    expect(events).toMatchObject([{ symbol: 'NVDA' }, { symbol: 'VQTEST' }])

    const { stderr } = await failure('--live-market', 'shut')
    expect(stderr).toBe('sandbox: `live.market` must be one of open, closed, hours\n')
  })

  test('prints its URL, its key, that answers are simulated, and a curl command that works', async () => {
    const sandbox = await start('--tokens-per-second', '0', '--time-to-first-token', '0')
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/)
    expect(sandbox.key).toMatch(/^vq_\w+$/)
    expect(sandbox.lines[0]).toMatch(/simulated/)
    const curl = sandbox.find(/^ +(curl .*)$/m)
    const { stdout } = await run('sh', ['-c', curl])
    expect(dataOf(stdout).at(-1)).toBe('[DONE]')
    await expect.poll(() => sandbox.lines.at(-1)).toMatch(/POST \/v1\/ai\/analyze 200, \d+ events$/)
    expect(sandbox.lines.slice(sandbox.lines.length - 1).join()).not.toContain(sandbox.key)
  })

  test('answers with a model, and says which one', async () => {
    await using server = await startModelServer((response) =>
      sendStream(response, textChunk('Yes.'), endChunk(), '[DONE]'),
    )
    const flags = [
      '--upstream',
      server.url,
      '--model',
      'llama3.2',
      '--upstream-key-env',
      'PATH_KEY',
    ]
    const missing = await failure(...flags)
    expect(missing.stderr).toBe(
      'sandbox: --upstream-key-env takes the name of an environment variable that holds the key: PATH_KEY is not set\n',
    )
    const sandbox = await start(...flags.slice(0, 4))
    expect(sandbox.lines[0]).toBe(
      `VecTrade sandbox: llama3.2 at ${server.url} answers, not VecTrade. Live data is simulated.`,
    )
    const { stdout } = await run('sh', ['-c', sandbox.find(/^ +(curl .*)$/m)])
    expect(dataOf(stdout).slice(1)).toEqual([
      '{"type":"text","content":"Yes."}',
      '{"type":"done"}',
      '[DONE]',
    ])
    expect(stdout).toContain('"model":"llama3.2"')
    await server[Symbol.asyncDispose]()
    await run('sh', ['-c', sandbox.find(/^ +(curl .*)$/m)])
    await expect
      .poll(() => sandbox.lines.at(-1))
      .toMatch(
        /analyze 502, \d+ bytes: The model's server cannot be reached, .*: check that it runs/,
      )
  })

  test.each([
    ['SIGINT', 'a slow stream', ''],
    ['SIGTERM', 'a stream at full speed', 'events=1000000000; tokensPerSecond=0'],
  ] as const)('exits with 0 within a second of %s, during %s', async (signal, _name, fault) => {
    const sandbox = await start('--quiet')
    const headers = `-H 'X-API-Key: ${sandbox.key}' -H 'X-Sandbox-Fault: ${fault}'`
    const body = `-d '{"prompt": "NVDA", "stream": true}'`
    const command = `exec curl -sN ${headers} ${body} ${sandbox.url}/ai/analyze`
    const curl = spawn('sh', ['-c', command])
    running.add(curl)
    const cut = new Promise((resolve) => curl.once('exit', resolve))
    await once(curl.stdout, 'data')
    curl.stdout.resume()
    const watch = startStopwatch()
    sandbox.child.kill(signal)
    expect(await sandbox.exit).toBe(0)
    expect(watch.ms).toBeLessThan(1000)
    expect(await cut).toBe(18)
  })

  test('accepts a key, a fault, a speed and origins', async () => {
    const sandbox = await start(
      '--api-key=vq_my_own_key',
      '--fault=status=503; retryAfter=9',
      '--tokens-per-second=7',
      '--usage=camel',
      '--allow-origin=http://localhost:1',
      '--allow-origin=http://localhost:2',
      '--host=localhost',
    )
    expect(sandbox.key).toBe('vq_my_own_key')
    expect(sandbox.url).toMatch(/^http:\/\/localhost:/)
    const ask = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${sandbox.url}/ai/analyze`, {
        method: 'POST',
        headers: { 'x-api-key': sandbox.key, origin: 'http://localhost:2', ...headers },
        body: JSON.stringify({ prompt: 'NVDA', stream: true }),
      })
    const faulty = await ask({})
    expect(faulty.status).toBe(503)
    expect(faulty.headers.get('retry-after')).toBe('9')
    expect(faulty.headers.get('access-control-allow-origin')).toBe('http://localhost:2')
    const fine = await ask({ 'x-sandbox-fault': 'events=0' })
    const text = await fine.text()
    expect(text).toContain('"tokens_per_second":7')
    expect(text).toContain('"promptTokens":')
  })

  test.each([
    ['any', 'Authorization: Bearer vq_'],
    ['x-api-key', 'X-API-Key: vq_'],
    ['bearer', 'Authorization: Bearer vq_'],
  ])(
    'with --key-header=%s, prints a curl command with a header that it accepts',
    async (name, header) => {
      const sandbox = await start(`--key-header=${name}`, '--tokens-per-second=0')
      const curl = sandbox.find(/^ +(curl .*)$/m)
      expect(curl).toContain(header)
      const { stdout } = await run('sh', ['-c', curl])
      expect(dataOf(stdout).at(-1)).toBe('[DONE]')
    },
  )

  test('prints a URL with the base path that it serves', async () => {
    const sandbox = await start('--base-path=/v1/vq', '--tokens-per-second=0')
    expect(sandbox.url).toMatch(/\/v1\/vq$/)
    const { stdout } = await run('sh', ['-c', sandbox.find(/^ +(curl .*)$/m)])
    expect(dataOf(stdout).at(-1)).toBe('[DONE]')
  })

  test('accepts the header of the key and the shape of its errors', async () => {
    const sandbox = await start('--error-shape=gateway', '--key-header=x-api-key')
    const response = await fetch(`${sandbox.url}/ai/analyze`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.key}` },
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: 'missing_api_key' })
  })

  test('says in one line that a port is in use', async () => {
    await using other = await startSandbox()
    const { port } = new URL(other.url)
    const { code, stderr } = await failure('--port', port)
    expect(code).toBe(1)
    expect(stderr).toBe(
      `sandbox: port ${port} is in use: choose another with --port, or 0 for any free one\n`,
    )
  })

  test.each([
    [['--port', 'x'], '--port takes a number, not "x"'],
    [['--port', '99999'], '`port` must be a whole number from 0 to 65535'],
    [['--host', '0.0.0.0'], '`host` must be a loopback address'],
    [['--fault', 'status=1'], '`status` takes a whole number from 200 to 599'],
    [['--api-key', 'secret'], '`apiKey` must be "vq_"'],
    [['--key-header', 'cookie'], '`keyHeader` must be one of any, x-api-key, bearer'],
    [['--base-path', '/v2'], '`basePath` must be one of /v1, /v1/vq'],
    [['--usage', 'kebab'], '`usage` must be one of snake, camel'],
    [['--error-shape', 'xml'], '`errorShape` must be one of documented, flat'],
    [['--allow-origin', 'x'], '`allowedOrigins` takes origins'],
    [['--model', 'm'], '--model needs --upstream <url>'],
    [['--upstream', 'x', '--model', 'm'], '`upstream.url` must be a web address'],
    [['--prot', '1'], "Unknown option '--prot'"],
    [['8787'], "Unexpected argument '8787'"],
  ])('refuses %j and says why in one line', async (args, message) => {
    const { code, stderr } = await failure(...args)
    expect(code).toBe(1)
    expect(stderr).toContain(`sandbox: ${message}`)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  test('prints its help and its version', async () => {
    const node = ['--conditions=@vectrade/source', cli]
    const { stdout: help } = await run(process.execPath, [...node, '--help'])
    for (const name of [
      '--upstream',
      '--model',
      '--port',
      '--host',
      '--fault',
      '--api-key',
      '--tokens-per-second',
    ]) {
      expect(help).toContain(name)
    }
    const { stdout: version } = await run(process.execPath, [...node, '--version'])
    expect(version).toMatch(/^\d+\.\d+\.\d+\S*\n$/)
  })
})
