import { ConnectionError, StreamProtocolError } from '@vectrade/node'
import { startRawServer } from '@vectrade/test-kit/raw-server'
import { expect, test } from 'vitest'
import { rejection } from '../cases/cases.ts'
import { type Answer, startApi } from './test-support/api.ts'
import { answer, cut, done, streamId, textEvent, whole } from './test-support/answers.ts'

const secrets = {
  authorization: 'Bearer of-mine',
  'x-api-key': 'mine',
  'api-key': 'mine',
  'x-auth-token': 'mine',
  cookie: 'session=mine',
}

function redirect(status: number, location: string): Answer {
  return answer(status, { location })
}

test('redirect-302-same-origin', () => assertFollows(302))
test('redirect-303-same-origin', () => assertFollows(303))
test('redirect-308-same-origin', () => assertFollows(308))

async function assertFollows(status: number): Promise<void> {
  for (const location of ['/moved', 'moved?a=b']) {
    await using api = await startApi(redirect(status, location), whole())
    const client = api.client({ authScheme: 'bearer' })
    expect(await client.ai.stream('Bull case?').finalText()).toBe('Hello')
    const [first, second, ...others] = api.asked
    expect(others).toEqual([])
    expect(first?.headers.authorization).toBe('Bearer vq_none_at_all')
    expect(second?.headers.authorization).toBe('Bearer vq_none_at_all')
    expect(second?.path).toBe(location === '/moved' ? '/moved' : '/v1/ai/moved?a=b')
    expect(second?.method).toBe(status === 308 ? 'POST' : 'GET')
    expect(second?.body).toBe(status === 308 ? first?.body : '')
  }
}

test('redirect-301-cross-origin-credentials', () => assertRefuses(301))
test('redirect-307-cross-origin-credentials', () => assertRefuses(307))
test('redirect-308-cross-origin-credentials', () => assertRefuses(308))

async function assertRefuses(status: number): Promise<void> {
  await using other = await startRawServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
  const location = `http://127.0.0.1:${other.port}/v1/ai/analyze`
  await using api = await startApi(redirect(status, location))
  const streams = [
    api.client({ authScheme: 'bearer' }).ai.stream('Bull case?'),
    api.client({ authScheme: 'x-api-key' }).ai.stream('Bull case?'),
    api.client({ headers: secrets, maxRetries: 2 }).ai.stream('Bull case?'),
    api.pageClient({ headers: secrets }).ai.stream('Bull case?'),
    api.pageClient({ headers: secrets }).ai.resume(streamId, { lastEventId: '7' }),
  ]
  for (const stream of streams) {
    const error = await rejection(stream.finalText(), ConnectionError)
    expect(error).toMatchObject({ phase: 'redirect', retryable: false })
  }
  expect(other.received).toEqual([])
  expect(api.asked).toHaveLength(streams.length)
  expect(api.asked[2]?.headers).toMatchObject(secrets)
  expect(api.asked[4]?.headers).toMatchObject({ ...secrets, 'last-event-id': '7' })
}

test('redirect-reconnect-uses-original-url', async () => {
  await using api = await startApi(
    redirect(307, '/elsewhere'),
    cut(textEvent('a', '1')),
    whole(textEvent('b', '2') + done),
  )
  expect(await api.pageClient().ai.stream('Bull case?').finalText()).toBe('ab')
  expect(api.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /api/analyze',
    'POST /elsewhere',
    `GET /api/analyze?stream=${streamId}`,
  ])
  expect(api.asked[2]?.headers['last-event-id']).toBe('1')
})

test('redirect-missing-location', async () => {
  for (const status of [301, 307]) {
    for (const headers of [{}, { location: '' }]) {
      await using api = await startApi(answer(status, headers))
      const client = api.client({ maxRetries: 2 })
      const error = await rejection(client.ai.stream('Bull case?').finalText(), ConnectionError)
      expect(error).toMatchObject({ phase: 'redirect', retryable: false })
      expect(api.asked).toHaveLength(1)
    }
  }
})

test('redirect-to-204', async () => {
  await using api = await startApi(redirect(301, '/nothing'), answer(204))
  const client = api.client({ maxRetries: 2 })
  await rejection(client.ai.stream('Bull case?').finalText(), StreamProtocolError)
  expect(api.asked.map(({ path }) => path)).toEqual(['/v1/ai/analyze', '/nothing'])
})
