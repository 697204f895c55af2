import { type AddressInfo, createServer } from 'node:net'
import { startSandbox } from '@vectrade/sandbox'
import { describe, expect, test } from 'vitest'
import { envOf, runDemo } from '../test-support/run-demo.ts'

const question = "What's the bull case for NVDA?"

describe.concurrent('failures are one line and exit code 1', () => {
  test('an error in the middle of an answer keeps the text before it', async () => {
    await using sandbox = await startSandbox({ faults: { errorAfterEvents: 60 } })
    const { stdout, stderr, code } = await runDemo([question], { env: envOf(sandbox) })
    expect(stdout).toMatch(/^## The bull case: NVDA\n[^]*What speaks for it[^]*\n$/)
    expect(stderr).toMatch(
      /\nerror Simulated failure in the middle of an answer\. The answer above is not complete\. Try again in a moment\. \(request req_\S+\)\n$/,
    )
    expect(code).toBe(1)
  })

  test('a connection that is cut', async () => {
    await using sandbox = await startSandbox({ faults: { cutAfterEvents: 10, cut: 'rst' } })
    const { stdout, stderr, code } = await runDemo([question], { env: envOf(sandbox) })
    expect(stdout).toMatch(/^## The bull case: NVDA\n/)
    expect(stderr).toMatch(
      /\nerror The stream ended before the answer did\. The answer above is not /,
    )
    expect(code).toBe(1)
  })

  test('a key that is not valid', async () => {
    await using sandbox = await startSandbox()
    const env = { ...envOf(sandbox), VECTRADE_API_KEY: 'vq_wrong_key' }
    const { stdout, stderr, code } = await runDemo([question], { env })
    expect(stdout).toBe('')
    expect(stderr).toMatch(
      /\nerror [^\n]+\. Set VECTRADE_API_KEY to a key that is valid there\. \(request req_\S+\)\n$/,
    )
    expect(stderr).not.toContain('vq_wrong_key')
    expect(code).toBe(1)
  })

  test('a rate limit, with the time to wait', async () => {
    await using sandbox = await startSandbox({ faults: { status: 429, retryAfter: 20 } })
    const { stderr, code } = await runDemo([question], { env: envOf(sandbox) })
    expect(stderr).toMatch(/\nerror Simulated failure with status 429\. Try again in 20 s\. /)
    expect(sandbox.requests).toHaveLength(1)
    expect(code).toBe(1)
  })

  test('no server at the address', async () => {
    const env = { VECTRADE_API_KEY: 'vq_any_key' }
    const url = `http://127.0.0.1:${await freePort()}/v1`
    const { stderr, code } = await runDemo(['--base-url', url, question], { env })
    expect(stderr).toBe(
      `VecTrade at ${url}\nerror Could not reach the server (ECONNREFUSED): no response came. ` +
        'Check the network and the base URL.\n',
    )
    expect(code).toBe(1)
  })

  test.each([
    [['--bad'], "Unknown option '--bad' (--help lists the options)"],
    [
      ['--api-key', 'vq_secret_key'],
      'There is no --api-key, because others could see it: set VECTRADE_API_KEY',
    ],
    [['--symbols', 'NVDA,'], '--symbols takes a list such as NVDA,AMD'],
    [['--tokens-per-second', 'x'], '--tokens-per-second takes a number such as 40, or 0'],
    [['  '], 'The question is empty'],
    [
      ['--base-url', 'https://api.example.com/v1', 'NVDA'],
      'No API key: pass the option `apiKey` or set the environment variable VECTRADE_API_KEY ' +
        "(in a page, import '@vectrade/browser' and pass `endpoint`).",
    ],
  ])('%j', async (args, message) => {
    const { stdout, stderr, code } = await runDemo(args)
    expect(stdout).toBe('')
    expect(stderr).toBe(`error ${message}\n`)
    expect(code).toBe(1)
  })

  test('a question with nothing but spaces is empty', async () => {
    const { stdout, stderr, code } = await runDemo([], { input: ' \n' })
    expect([stdout, stderr, code]).toEqual(['', 'error The question is empty\n', 1])
  })
})

/** Returns a port without a server: one that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
