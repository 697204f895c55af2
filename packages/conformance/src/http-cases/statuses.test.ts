import {
  APIError,
  NotFoundError,
  StreamProtocolError,
  StreamResumeError,
  type VecTradeError,
} from '@vectrade/node'
import { expect, test } from 'vitest'
import { startApi } from './test-support/api.ts'
import { answer, done, streamId, textEvent } from './test-support/answers.ts'
import { outcomeOf } from './test-support/outcome.ts'

type ErrorClass = abstract new (...parameters: never[]) => VecTradeError

test('status-204-fails', () => assertFails(204, StreamProtocolError))
test('status-205-fails', () => assertFails(205, StreamProtocolError))
test('status-210-fails', () => assertFails(210, StreamProtocolError))
test('status-404-fails', () => assertFails(404, NotFoundError))
test('status-410-fails', () => assertFails(410, APIError))

async function assertFails(status: number, Class: ErrorClass): Promise<void> {
  const headers = { 'content-type': 'text/event-stream', 'x-vectrade-stream-id': streamId }
  await using api = await startApi(answer(status, headers, textEvent('a', '1') + done))
  const ask = [
    api.client({ maxRetries: 2 }).ai.stream('Bull case?'),
    api.pageClient({ maxRetries: 2 }).ai.stream('Bull case?'),
  ]
  for (const [at, stream] of ask.entries()) {
    const { events, error } = await outcomeOf(stream)
    expect(events).toEqual([])
    expect(error).toBeInstanceOf(Class)
    expect(error).toMatchObject({ retryable: false })
    expect(api.asked).toHaveLength(at + 1)
  }

  // For a resumed stream, 204 means that nothing is left of it. All other statuses fail.
  const resumed = await outcomeOf(api.pageClient().ai.resume(streamId, { lastEventId: '7' }))
  expect(resumed.events).toEqual([])
  if (status === 204) expect(resumed.error).toBeUndefined()
  else expect(resumed.error).toBeInstanceOf(status === 404 ? StreamResumeError : Class)
  expect(api.asked).toHaveLength(ask.length + 1)
}
