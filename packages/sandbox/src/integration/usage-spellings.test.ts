import { expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../server.ts'
import { dataOf, prompt, rawRequest, type RawRequest } from '../test-support/raw-request.ts'

/** Returns the usage of the `done` event and of the JSON answer. */
async function usagesOf(sandbox: Sandbox, fault: RawRequest['fault'] = {}): Promise<unknown[]> {
  const stream = await rawRequest(sandbox, { fault })
  const body = JSON.stringify({ prompt, stream: false })
  const whole = await rawRequest(sandbox, { fault, body })
  const done = dataOf(stream.body).find((data) => data.startsWith('{"type":"done"'))
  return [done, whole.body.toString()].map((json) => {
    const { usage } = JSON.parse(json ?? '{}') as { usage?: unknown }
    return usage
  })
}

const number = expect.any(Number)
const snake = { prompt_tokens: number, completion_tokens: number, total_tokens: number }
const camel = { promptTokens: number, completionTokens: number, totalTokens: number }

test('usage is spelled as in the guide, unless the option or the fault says otherwise', async () => {
  await using sandbox = await startSandbox()
  expect(await usagesOf(sandbox)).toEqual([snake, snake])
  expect(await usagesOf(sandbox, { usage: 'camel' })).toEqual([camel, camel])

  await using other = await startSandbox({ usage: 'camel' })
  expect(await usagesOf(other)).toEqual([camel, camel])
  expect(await usagesOf(other, { usage: 'snake' })).toEqual([snake, snake])
})

test('both spellings have the same numbers, also with the fault events=n', async () => {
  await using sandbox = await startSandbox()
  const [spelledSnake] = await usagesOf(sandbox, { events: 5 })
  const [spelledCamel] = await usagesOf(sandbox, { events: 5, usage: 'camel' })
  expect(Object.values(spelledCamel as object)).toEqual(Object.values(spelledSnake as object))
  expect(spelledCamel).toMatchObject({ completionTokens: 5 })
})

test('an invalid usage is refused by its name', async () => {
  await expect(startSandbox({ usage: 'kebab' as never })).rejects.toThrow(
    '`usage` must be one of snake, camel',
  )
})
