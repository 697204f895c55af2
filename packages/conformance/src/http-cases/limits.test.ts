import { gzipSync } from 'node:zlib'
import {
  ConnectionError,
  RateLimitError,
  StreamInterruptedError,
  StreamProtocolError,
  TimeoutError,
  VecTrade,
} from '@vectrade/node'
import { expect, test } from 'vitest'
import { rejection } from '../cases/cases.ts'
import { startApi } from './test-support/api.ts'
import {
  answer,
  done,
  endless,
  event,
  silentAfter,
  textEvent,
  whole,
} from './test-support/answers.ts'
import { outcomeOf } from './test-support/outcome.ts'

const streaming = { 'content-type': 'text/event-stream' }

test('connect-unexpected-content-type', async () => {
  for (const contentType of ['application/json', 'application/grpc-web', 'text/plain']) {
    await using api = await startApi(endless(200, { 'content-type': contentType }, textEvent('a')))
    const { events, error } = await outcomeOf(api.client({ maxRetries: 2 }).ai.stream('Bull case?'))
    expect(events).toEqual([])
    expect(error).toBeInstanceOf(StreamProtocolError)
    expect(String(error)).toContain(contentType)
    await expect.poll(() => api.open).toBe(0)
    expect(api.asked).toHaveLength(1)
  }
})

test('connect-unexpected-compression', async () => {
  const packed = gzipSync(textEvent('a') + done)
  // The coding is not declared, is declared as another one, or is declared without compression.
  for (const [headers, body] of [
    [{}, packed],
    [{ 'content-encoding': 'br' }, packed],
    [{ 'content-encoding': 'gzip' }, textEvent('a') + done],
  ] as const) {
    await using api = await startApi(answer(200, { ...streaming, ...headers }, body))
    const { events, error } = await outcomeOf(api.client({ maxRetries: 2 }).ai.stream('Bull case?'))
    expect(events).toEqual([])
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(api.asked).toHaveLength(1)
  }
})

test('connect-cancel-after-responses', async () => {
  await using api = await startApi(endless(200, streaming, textEvent('a')))
  for (const most of [1, 3, 1_000]) {
    let events = 0
    for await (const { content } of api.client().ai.stream('Bull case?')) {
      expect(content).toBe('a')
      events += 1
      if (events === most) break
    }
    expect(events).toBe(most)
    await expect.poll(() => api.open).toBe(0)
  }
})

test('connect-message-exceeds-limit', async () => {
  const frame = event({ type: 'text', content: '' }).length - 'data: \n\n'.length
  const atCap = (bytes: number): string => textEvent('é'.repeat((bytes - frame) / 2))
  for (const cap of [frame + 2, 10_000 + frame, 300_000 + frame]) {
    await using fits = await startApi(whole(textEvent('') + atCap(cap) + done))
    const options = { maxEventBytes: cap, maxRetries: 2 }
    expect(await fits.client(options).ai.stream('Bull case?').finalText()).toHaveLength(
      (cap - frame) / 2,
    )

    await using tooLarge = await startApi(whole(textEvent('') + atCap(cap + 2) + done))
    const { events, error } = await outcomeOf(
      tooLarge.client({ ...options, maxEventBytes: cap + 1 }).ai.stream('Bull case?'),
    )
    expect(events).toEqual([{ type: 'text', content: '' }])
    expect(error).toBeInstanceOf(StreamProtocolError)
    expect(String(error)).toContain('maxEventBytes')
    expect(tooLarge.asked).toHaveLength(1)
  }
})

test('dns-failure', async () => {
  // The label is longer than a host name allows, so no server is asked.
  const baseURL = `https://${'a'.repeat(64)}.invalid/v1`
  const client = new VecTrade({ apiKey: 'vq_none_at_all', baseURL, maxRetries: 0 })
  for (const calling of [client.ai.stream('Bull?').finalText(), client.ai.analyze('Bull?')]) {
    const error = await rejection(calling, ConnectionError)
    expect(error).toMatchObject({ code: 'connection_error', phase: 'connect', retryable: true })
    expect(String(error)).toMatch(/ENOTFOUND|EAI_/)
  }
})

test('body-stalls-after-headers', async () => {
  await using api = await startApi(silentAfter(''))
  const limits = { timeout: 10_000, heartbeatTimeout: 200, maxRetries: 2 }
  const reading = api.client(limits).ai.stream('Bull case?').finalText()
  expect(await rejection(reading, TimeoutError)).toMatchObject({ phase: 'heartbeat' })
  await expect.poll(() => api.open).toBe(0)
  const idling = api
    .client({ ...limits, idleTimeout: 100 })
    .ai.stream('Bull case?')
    .finalText()
  expect(await rejection(idling, TimeoutError)).toMatchObject({ phase: 'idle' })
  await expect.poll(() => api.open).toBe(0)
  expect(api.asked).toHaveLength(2)

  const json = { 'content-type': 'application/json' }
  await using inOne = await startApi((response) => response.writeHead(200, json).flushHeaders())
  const analyzing = inOne.client({ heartbeatTimeout: 200 }).ai.analyze('Bull case?')
  expect(await rejection(analyzing, TimeoutError)).toMatchObject({ phase: 'heartbeat' })
  await expect.poll(() => inOne.open).toBe(0)
})

test('error-mid-stream-is-typed', async () => {
  const wire = { error: { type: 'rate_limit_error', message: 'Slow down', retry_after: 7 } }
  const error = `event: error\n${event(wire)}`
  await using api = await startApi(whole(textEvent('a', '1') + error + textEvent('b') + done))
  for (const client of [api.client({ maxRetries: 2 }), api.pageClient()]) {
    const outcome = await outcomeOf(client.ai.stream('Bull case?'))
    expect(outcome.text).toBe('a')
    expect(outcome.error).toBeInstanceOf(RateLimitError)
    expect(outcome.error).toMatchObject({
      type: 'rate_limit_error',
      message: 'Slow down',
      status: undefined,
      retryAfter: 7,
      partial: { text: 'a', lastEventId: '1' },
    })
  }
  expect(api.asked).toHaveLength(2)
})
