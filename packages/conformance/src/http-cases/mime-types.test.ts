import { StreamProtocolError } from '@vectrade/node'
import { expect, test } from 'vitest'
import { startApi } from './test-support/api.ts'
import { answer, done, endless, textEvent } from './test-support/answers.ts'
import { outcomeOf } from './test-support/outcome.ts'

test('mime-accepts text/event-stream', () => assertOpens('text/event-stream'))
test('mime-accepts text/event-stream;', () => assertOpens('text/event-stream;'))
test('mime-accepts text/event-stream;charset=UTF-8', () =>
  assertOpens('text/event-stream;charset=UTF-8'))
test('mime-accepts text/event-stream;charset=windows-1252', () =>
  assertOpens('text/event-stream;charset=windows-1252'))

async function assertOpens(contentType: string): Promise<void> {
  const headers = { 'content-type': contentType }
  await using api = await startApi(answer(200, headers, textEvent('Größe €1 漢字 😀') + done))
  expect(await api.client().ai.stream('Bull case?').finalText()).toBe('Größe €1 漢字 😀')
}

test('mime-rejects text/x-bogus', () => assertFails('text/x-bogus'))
test('mime-rejects x bogus', () => assertFails('x bogus'))
test('mime-rejects text/html', () => assertFails('text/html'))
test('mime-rejects text/event-streamx', () => assertFails('text/event-streamx'))

async function assertFails(contentType: string): Promise<void> {
  await using api = await startApi(endless(200, { 'content-type': contentType }, textEvent('a')))
  // Node closes responses that are garbage-collected. The array keeps these responses alive.
  const responses: Response[] = []
  const client = api.client({
    maxRetries: 2,
    fetch: async (url, init) => {
      const response = await fetch(url, init)
      responses.push(response)
      return response
    },
  })
  const { events, error } = await outcomeOf(client.ai.stream('Bull case?'))
  expect(events).toEqual([])
  expect(error).toBeInstanceOf(StreamProtocolError)
  expect(String(error)).toContain(contentType)
  await expect.poll(() => api.open).toBe(0)
  expect(responses).toHaveLength(1)
  expect(api.asked).toHaveLength(1)
}
