import { startSandbox } from '@vectrade/sandbox'
import { expect, test } from 'vitest'
import { freePort } from '@vectrade/test-kit/free-port'
import { runProgram } from '../test-support/run-program.ts'

test('results that are not read cause no unhandled rejection and no warning', async () => {
  await using sandbox = await startSandbox({ heartbeat: 0 })
  const result = await runProgram(
    new URL('../test-support/programs/unread-streams.ts', import.meta.url),
    {
      SANDBOX_URL: sandbox.url,
      SANDBOX_KEY: sandbox.apiKey,
      REFUSED_URL: `http://127.0.0.1:${await freePort()}/v1`,
    },
  )
  const stdout = expect.stringMatching(/^\d{3} streams, \d{3} requests$/)
  expect(result).toEqual({ code: 0, stdout, stderr: '' })
  const [, requests] = result.stdout.match(/\d+/g) ?? []
  expect(Number(requests)).toBeGreaterThan(450)
  // Some go to the port that refuses them. On a busy machine, some time out before they are sent.
  expect(sandbox.requests.length).toBeGreaterThan(400)
})

test('a promise that is awaited rejects', async () => {
  await using sandbox = await startSandbox({ faults: { status: 401 } })
  const { VecTrade } = await import('../index.ts')
  const client = new VecTrade({ apiKey: sandbox.apiKey, baseURL: sandbox.url })
  for (const call of [
    () => client.ai.stream('x').finalText(),
    () => client.ai.stream('x').response,
    () => client.ai.stream('x')[Symbol.asyncIterator]().next(),
    () => client.ai.stream('x').textStream[Symbol.asyncIterator]().next(),
    () => client.ai.analyze('x'),
  ]) {
    await expect(call()).rejects.toMatchObject({ status: 401 })
  }
})
