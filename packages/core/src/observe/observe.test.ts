import { expect, test, vi } from 'vitest'
import { type CallEnd, ConnectionError, VecTrade } from '../index.ts'
import { catchError } from '../test-support/body.ts'

vi.mock('./call-watcher.ts', () => {
  throw new Error('offline')
})

const fetch = vi.fn<() => Promise<Response>>()

test('if the code for observing cannot be loaded, the call fails, and its observer hears of the end', async () => {
  const ends: CallEnd[] = []
  const onEnd = (end: CallEnd): void => void ends.push(end)
  const client = new VecTrade({
    apiKey: 'k',
    fetch,
    instrumentation: { onCall: () => ({ onEnd }) },
  })
  const error = await catchError(client.ai.stream('p').finalText())
  expect(error).toBeInstanceOf(ConnectionError)
  const nothing = { requestId: undefined, events: 0, metadata: {}, usage: undefined }
  expect(ends).toEqual([{ outcome: 'failed', error, ...nothing }])
  expect(fetch).not.toHaveBeenCalled()
})

test.for<[string, () => unknown]>([
  ['an observer that fails', () => ({ onEnd: () => Promise.reject(new Error('mine')) })],
  ['no observer', () => undefined],
  [
    'an `onCall` that fails',
    () => {
      throw new Error('mine')
    },
  ],
])('the call fails in the same way with %s', async ([, onCall]) => {
  const client = new VecTrade({ apiKey: 'k', fetch, instrumentation: { onCall } as never })
  expect(await catchError(client.ai.stream('p').finalText())).toBeInstanceOf(ConnectionError)
})
