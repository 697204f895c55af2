import process from 'node:process'
import { type Fault, type Sandbox, startSandbox } from '@vectrade/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorOf } from '@vectrade/test-kit/error-of'
import { clientOf, prompt } from '../test-support/sandbox-client.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ heartbeat: 0, maxRequests: 10 })
})
afterAll(() => sandbox.close())

/** Returns the number of open sockets in this process, which has both ends of each connection. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length
}

test.for<[string, Fault]>([
  ['400', { status: 400, body: 'endless' }],
  ['401', { status: 401, body: 'html' }],
  ['200 and a wrong content type', { status: 200, body: 'endless' }],
  ['302 without a location', { status: 302, location: 'none' }],
])('500 calls that are refused with %s leave no socket open', async ([, fault]) => {
  const client = clientOf(sandbox, fault)
  const call = async (): Promise<void> => {
    await errorOf(client.ai.stream(prompt).finalText())
  }
  await Promise.all(Array.from({ length: 10 }, call))
  const before = openSockets()
  let most = 0
  for (let round = 0; round < 50; round += 1) {
    await Promise.all(Array.from({ length: 10 }, call))
    most = Math.max(most, openSockets())
  }
  // Two ends of ten connections, and as many again that are about to close.
  expect(most).toBeLessThanOrEqual(before + 40)
  await expect.poll(openSockets).toBeLessThanOrEqual(before + 20)
})
