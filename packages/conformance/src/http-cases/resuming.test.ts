import { StreamInterruptedError } from '@vectrade/node'
import { delay } from '@vectrade/test-kit/delay'
import { expect, test } from 'vitest'
import { rejection } from '../cases/cases.ts'
import { startApi } from './test-support/api.ts'
import {
  cut,
  done,
  event,
  silentAfter,
  streamId,
  textEvent,
  whole,
} from './test-support/answers.ts'
import { outcomeOf } from './test-support/outcome.ts'
import { expectNoUnhandledRejections } from './test-support/unhandled-rejections.ts'

expectNoUnhandledRejections()

/** Returns a request's `Last-Event-ID`, decoded from its UTF-8 bytes. */
function lastEventId(asked: { headers: NodeJS.Dict<string | string[]> } | undefined): unknown {
  const value = asked?.headers['last-event-id']
  // Node reads headers as Latin-1.
  return typeof value === 'string' ? Buffer.from(value, 'latin1').toString() : value
}

test('request-headers', async () => {
  await using api = await startApi(whole())
  await api.client().ai.stream('Bull case?').finalText()
  await api.pageClient().ai.stream('Bull case?').finalText()
  await api.pageClient().ai.resume(streamId).finalText()
  expect(api.asked).toHaveLength(3)
  for (const { headers } of api.asked) {
    expect(headers).toMatchObject({ accept: 'text/event-stream', 'cache-control': 'no-cache' })
    expect(headers).not.toHaveProperty('last-event-id')
  }
})

test('initial-last-event-id', async () => {
  await using api = await startApi(whole())
  for (const id of ['41', 'abc-1']) {
    await api.pageClient().ai.resume(streamId, { lastEventId: id }).finalText()
    expect(lastEventId(api.asked.at(-1))).toBe(id)
  }
  expect(api.asked).toHaveLength(2)
})

test('last-event-id-non-latin1', async () => {
  await using api = await startApi(
    cut(textEvent('a', '\u2026')),
    cut(textEvent('b', 'Größe 漢字')),
    whole(textEvent('c', '3') + done),
  )
  expect(await api.pageClient().ai.stream('Bull case?').finalText()).toBe('abc')
  expect(api.asked.map(lastEventId)).toEqual([undefined, '\u2026', 'Größe 漢字'])
})

test('last-event-id-sticky', async () => {
  for (const id of ['7', 'abc']) {
    await using api = await startApi(
      cut(textEvent('a', id) + textEvent('b')),
      whole(textEvent('c', '9') + done),
    )
    expect(await api.pageClient().ai.stream('Bull case?').finalText()).toBe('abc')
    expect(api.asked.map(lastEventId)).toEqual([undefined, id])
  }
})

test('last-event-id-cleared', async () => {
  // No one has read any of the answer, so it starts again.
  const cleared = 'id: abc\ndata:\n\nid:\ndata:\n\n'
  await using unread = await startApi(cut(cleared), whole(textEvent('a', '1') + done))
  expect(await unread.pageClient().ai.stream('Bull case?').finalText()).toBe('a')
  expect(unread.asked.map(lastEventId)).toEqual([undefined, undefined])

  // Starting again would repeat the part of the answer that was read.
  await using read = await startApi(
    cut(textEvent('a', 'abc') + textEvent('b', '')),
    whole(textEvent('a', '1') + done),
  )
  const { text, error } = await outcomeOf(read.pageClient().ai.stream('Bull case?'))
  expect(text).toBe('ab')
  expect(error).toBeInstanceOf(StreamInterruptedError)
  expect(read.asked.map(lastEventId).filter((id) => id !== undefined)).toEqual([])
})

test('partial-event-discarded', async () => {
  const half = textEvent('half', 'def').slice(0, -1)
  await using api = await startApi(
    cut(textEvent('a', 'abc') + half),
    whole(textEvent('b', 'def') + done),
  )
  expect(await api.pageClient().ai.stream('Bull case?').finalText()).toBe('ab')
  expect(api.asked.map(lastEventId)).toEqual([undefined, 'abc'])
})

test('no-error-on-client-close', async () => {
  await using api = await startApi(silentAfter(textEvent('a')))
  const stream = api.client().ai.stream('Bull case?')
  const iterator = stream[Symbol.asyncIterator]()
  expect((await iterator.next()).value).toEqual({ type: 'text', content: 'a' })
  const pending = iterator.next()
  await stream.cancel()
  expect(await pending).toEqual({ done: true, value: undefined })
  expect(await iterator.next()).toEqual({ done: true, value: undefined })

  for await (const { content } of api.client().ai.stream('Bull case?')) {
    expect(content).toBe('a')
    break
  }
  await expect.poll(() => api.open).toBe(0)
})

test('retry-overflow-clamped', async () => {
  await using api = await startApi(cut(`retry: 12345678910\n${textEvent('a', '1')}`), whole())
  const stream = api.pageClient().ai.stream('Bull case?')
  const outcome = outcomeOf(stream)
  await expect.poll(() => [api.asked.length, api.open]).toEqual([1, 0])
  await delay(1_200)
  expect(api.asked).toHaveLength(1)
  await stream.cancel()
  expect(await outcome).toMatchObject({ text: 'a', error: undefined })
})

test('post-stream-not-auto-reconnected', async () => {
  const cuts = [
    // None of these answers says that it is stored.
    cut('', {}),
    cut(textEvent('a'), {}),
    cut(textEvent('a', '1'), {}),
    cut(event({ type: 'metadata', model: 'm' }), {}),
  ]
  for (const answer of cuts) {
    await using api = await startApi(answer)
    for (const client of [api.client({ maxRetries: 2 }), api.pageClient({ maxRetries: 2 })]) {
      await rejection(client.ai.stream('Bull case?').finalText(), StreamInterruptedError)
    }
    expect(api.asked.map(({ method }) => method)).toEqual(['POST', 'POST'])
  }

  // A stored stream is resumed, and the prompt is not sent a second time.
  await using stored = await startApi(cut(''), whole())
  expect(await stored.pageClient().ai.stream('Bull case?').finalText()).toBe('Hello')
  expect(stored.asked.map(({ method }) => method)).toEqual(['POST', 'GET'])
})
