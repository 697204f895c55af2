import { fromResponse } from '@vectrade/node'
import { expect, test } from 'vitest'
import { done, textEvent } from './test-support/answers.ts'
import { greeting, idOf, readBitByBit, sent, startEndpoint } from './test-support/endpoint.ts'
import { expectNoUnhandledRejections } from './test-support/unhandled-rejections.ts'

expectNoUnhandledRejections()

test('resume: skipCharacters', async () => {
  await using endpoint = await startEndpoint()
  const first = await endpoint.post()
  const body = readBitByBit(first)
  endpoint.sources[0]?.send(textEvent('1\n'), textEvent('2\n'))
  await body.until(sent('2\n', 2))
  const rest = [
    await endpoint.get(idOf(first), { after: 1 }),
    await endpoint.get(idOf(first), { after: 2 }),
  ]
  endpoint.sources[0]?.end(textEvent('3\n'), done)
  const texts = await Promise.all(rest.map((response) => response.text()))
  expect(texts[0]).toBe(sent('2\n', 2) + sent('3\n', 3) + done)
  expect(texts[1]).toBe(greeting + sent('3\n', 3) + done)
})

test('resume: skipCharacters 2', async () => {
  // The id of a future event, and the id of each existing one.
  await using endpoint = await startEndpoint()
  const first = await endpoint.post()
  const id = idOf(first)
  const ahead = endpoint.client().ai.resume(id, { lastEventId: '4' }).finalText()
  for (let at = 1; at <= 6; at += 1) endpoint.sources[0]?.send(textEvent(`${at}\n`))
  endpoint.sources[0]?.end(done)
  expect(await ahead).toBe('5\n6\n')
  const whole = await fromResponse(first).finalText()
  for (let after = 0; after <= 6; after += 1) {
    const rest = await endpoint
      .client()
      .ai.resume(id, { lastEventId: `${after}` })
      .finalText()
    expect(rest).toBe(whole.slice(after * 2))
  }
})

test('resume: null if done', async () => {
  await using endpoint = await startEndpoint()
  const stream = endpoint.client().ai.stream('Bull case?')
  await stream.response
  endpoint.sources[0]?.end(textEvent('1\n'), done)
  expect(await stream.finalText()).toBe('1\n')
  const { id = '', lastEventId } = stream
  expect(lastEventId).toBe('1')
  await expect.poll(async () => (await endpoint.get(id, { after: 1 })).status).toBe(204)
  const left = await endpoint.get(id, { after: lastEventId })
  expect(await left.text()).toBe('')
  expect(await endpoint.client().ai.resume(id, { lastEventId }).finalText()).toBe('')
})

test('resume: replay after Last-Event-ID', async () => {
  await using endpoint = await startEndpoint()
  const streams = [await endpoint.post(), await endpoint.post()]
  const ids = streams.map(idOf)
  const event = (stream: number, at: number): string => textEvent(`${stream}-${at}`, `${at}`)
  const readers = streams.map(readBitByBit)
  for (let at = 1; at <= 10; at += 1) {
    for (const [stream, source] of endpoint.sources.entries()) {
      source.send(textEvent(`${stream}-${at}`))
    }
  }
  for (const [stream, reader] of readers.entries()) await reader.until(event(stream, 10))

  // While the answer is running, and after it is complete.
  const live = await Promise.all(
    ids.flatMap((id) => [0, 1, 9].map((after) => endpoint.get(id, { after }))),
  )
  for (const source of endpoint.sources) source.end(done)
  for (const reader of readers) await reader.until(done)
  const texts = await Promise.all(live.map((response) => response.text()))
  const rest = (stream: number, after: number): string =>
    Array.from({ length: 10 - after }, (_, at) => event(stream, after + at + 1)).join('') + done
  expect(texts).toEqual([0, 1].flatMap((stream) => [0, 1, 9].map((after) => rest(stream, after))))
  for (const [stream, id] of ids.entries()) {
    for (let after = 0; after <= 9; after += 1) {
      expect(await (await endpoint.get(id, { after })).text()).toBe(rest(stream, after))
    }
    // The reader has everything: nothing is left to send.
    for (const after of [10, 11, 999_999_999]) {
      expect((await endpoint.get(id, { after })).status).toBe(204)
    }
    // An id that no event has is not a place to resume after.
    for (const after of ['abc', '-1', '1.5', '1e1', '0x2', '9'.repeat(30)]) {
      expect(await (await endpoint.get(id, { after })).text()).toBe(rest(stream, 0))
    }
  }
  const unknown = await endpoint.get('abcdefghijklmnopqrstuv', { after: 3 })
  expect(unknown.status).toBe(404)
  expect(await unknown.json()).toMatchObject({ error: { type: 'not_found' } })
})
