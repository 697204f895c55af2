import process from 'node:process'
import { startSandbox } from '@vectrade/sandbox'
import { errorOf } from '@vectrade/test-kit/error-of'
import { Agent, fetch as undiciFetch } from 'undici'
import { expect, test } from 'vitest'
import { clientOf, prompt } from '../test-support/sandbox-client.ts'
import { ConfigurationError, type VecTradeOptions } from '../index.ts'

type Fetch = NonNullable<VecTradeOptions['fetch']>

// The types of Node's fetch know the option, but not the agent of this undici.
const dispatcher = new Agent() as never

test("a dispatcher that Node's fetch cannot use gives an error that says so, and the call is not retried", async () => {
  await using sandbox = await startSandbox()
  let attempts = 0
  const fetch: Fetch = (url, init) => {
    attempts += 1
    return globalThis.fetch(url, { ...init, dispatcher })
  }
  const client = clientOf(sandbox, {}, { fetch, maxRetries: 2 })
  // From Node 26 on, Node has undici 8 itself, and the two fit together.
  if (Number(process.versions['undici']?.split('.')[0]) >= 8) {
    expect(await client.ai.stream(prompt).finalText()).toContain('NVDA')
    return
  }
  const error = await errorOf(client.ai.stream(prompt).finalText())
  expect(error).toBeInstanceOf(ConfigurationError)
  expect((error as Error).message).toBe(
    'The `dispatcher` is of another version of undici than the `fetch` that gets it ' +
      `(Node's own fetch is undici ${process.versions['undici']}): ` +
      'import `fetch` from the package that the dispatcher comes from, and pass it in the option `fetch`',
  )
  expect(error).toMatchObject({ retryable: false, cause: { message: 'fetch failed' } })
  expect(attempts).toBe(1)
  expect(sandbox.requests).toHaveLength(0)
})

test('a dispatcher and a fetch of the same undici work together', async () => {
  await using sandbox = await startSandbox()
  const fetch: Fetch = (url, init) => undiciFetch(url, { ...init, dispatcher })
  expect(await clientOf(sandbox, {}, { fetch }).ai.stream(prompt).finalText()).toContain('NVDA')
})
