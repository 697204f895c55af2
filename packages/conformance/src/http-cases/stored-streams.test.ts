import { fromResponse, memoryStore, StreamResumeError } from '@vectrade/node'
import { startStopwatch } from '@vectrade/test-kit/stopwatch'
import { delay } from '@vectrade/test-kit/delay'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { expect, test } from 'vitest'
import { rejection } from '../cases/cases.ts'
import { collect, newId, numbered } from '../store-contract/store-under-test.ts'
import { done, textEvent } from './test-support/answers.ts'
import { greeting, idOf, readBitByBit, sent, startEndpoint } from './test-support/endpoint.ts'
import { expectNoUnhandledRejections } from './test-support/unhandled-rejections.ts'

expectNoUnhandledRejections()

test('resume: resume a done stream', async () => {
  for (const order of ['first', 'reverse']) {
    await using endpoint = await startEndpoint()
    const first = await endpoint.post()
    const second = await endpoint.get(idOf(first))
    endpoint.sources[0]?.end(textEvent('1\n'), textEvent('2\n'), done)
    const responses = order === 'first' ? [first, second] : [second, first]
    for (const response of responses) {
      expect(await fromResponse(response).finalText()).toBe('1\n2\n')
    }
    expect(endpoint.sources).toHaveLength(1)
  }
})

test('resume: actually stream', async () => {
  await using endpoint = await startEndpoint()
  const first = await endpoint.post()
  const bodies = [first, await endpoint.get(idOf(first))].map(readBitByBit)
  for (const [at, content] of ['1\n', '2\n', '3\n'].entries()) {
    endpoint.sources[0]?.send(textEvent(content))
    // Each event is there before the next one is sent.
    for (const body of bodies) {
      await body.until(sent(content, at + 1))
      expect(body.text).not.toContain('DONE')
    }
  }
  endpoint.sources[0]?.end(done)
  for (const [at, body] of bodies.entries()) {
    await body.until(done)
    const events = sent('1\n', 1) + sent('2\n', 2) + sent('3\n', 3) + done
    expect(body.text).toBe(at === 0 ? events : greeting + events)
  }
})

test('resume: producer first', async () => {
  await using endpoint = await startEndpoint()
  const first = await endpoint.post()
  const id = idOf(first)
  const body = readBitByBit(first)
  endpoint.sources[0]?.send(textEvent('1\n'))
  await body.until(sent('1\n', 1))
  const late = await endpoint.get(id)
  endpoint.sources[0]?.end(textEvent('2\n'), done)
  await body.until(done)
  expect(await late.text()).toBe(body.text)
  expect(await endpoint.client().ai.resume(id).finalText()).toBe('1\n2\n')
})

test('resume: multiple resumers', async () => {
  await using endpoint = await startEndpoint()
  const responses = [await endpoint.post()]
  const id = idOf(responses[0]!)
  for (let at = 1; at <= 20; at += 1) {
    endpoint.sources[0]?.send(textEvent(`${at}\n`))
    if (at % 4 === 0) responses.push(await endpoint.get(id), await endpoint.get(id))
  }
  const following = endpoint.client().ai.resume(id).finalText()
  endpoint.sources[0]?.end(done)
  const bodies = await Promise.all(responses.map((response) => response.text()))
  const expected = Array.from({ length: 20 }, (_, at) => sent(`${at + 1}\n`, at + 1)).join('')
  for (const body of bodies) expect(body).toBe(expected + done)
  expect(await following).toMatch(/^1\n2\n[\d\n]*20\n$/)
  expect(endpoint.sources).toHaveLength(1)
})

test('resume: differentiate between streams', async () => {
  await using endpoint = await startEndpoint()
  const streams = [await endpoint.post(), await endpoint.post()]
  const ids = streams.map(idOf)
  expect(ids[0]).not.toBe(ids[1])
  const resumed = [await endpoint.get(ids[0]!), await endpoint.get(ids[1]!)]
  endpoint.sources[0]?.send(textEvent('one 1\n'))
  endpoint.sources[1]?.send(textEvent('two 1\n'))
  endpoint.sources[0]?.end(textEvent('one 2\n'), done)
  endpoint.sources[1]?.end(done)
  for (const responses of [streams, resumed]) {
    const texts = responses.map((response) => fromResponse(response).finalText())
    expect(await Promise.all(texts)).toEqual(['one 1\none 2\n', 'two 1\n'])
  }
})

test('resume: deconstructed APIs', async () => {
  const store = memoryStore()
  const id = newId()
  const producer = await store.create(id)
  const readers = [collect(store.read(id, 0)), collect(store.read(id, 0))]
  const messages = [{ data: '1\n' }, { data: '2\n' }, { event: 'own', data: '3\n' }]
  await producer.append(messages.slice(0, 1))
  readers.push(collect(store.read(id, 0)))
  await producer.append(messages.slice(1))
  await producer.finish('done')
  readers.push(collect(store.read(id, 0)))
  for (const reader of readers) expect(await reader).toEqual(numbered(messages))
  expect(await collect(store.read(id, 2))).toEqual(numbered(messages.slice(2), 3))
})

test('resume: null if done explicit', async () => {
  const store = memoryStore()
  const id = newId()
  expect(await store.find(id)).toBeUndefined()
  const producer = await store.create(id, { owner: 'ada' })
  await producer.append([{ data: '1\n' }])
  expect(await store.find(id)).toEqual({ owner: 'ada', length: 1, outcome: undefined })
  await producer.finish('done')
  expect(await store.find(id)).toEqual({ owner: 'ada', length: 1, outcome: 'done' })
  expect(await collect(store.read(id, 1))).toEqual([])
  await rejection(store.create(id), Error)
})

test('resume: second caller gets identical bytes', async () => {
  await using endpoint = await startEndpoint()
  const first = await endpoint.post()
  endpoint.sources[0]?.send(textEvent('Hello'))
  await expect.poll(async () => (await endpoint.store.find(idOf(first)))?.length).toBe(1)
  const during = await endpoint.get(idOf(first))
  const events = ['a', 'b\n\n: no comment', '"id: 7"', '\u2028', ''].map((text) => textEvent(text))
  const citation =
    'data: {"type":"citation","source":"10-K","url":"https://example.com/?a=b&c"}\n\n'
  const other = 'event: chart\ndata: {"points":[1.50,2e3]}\n\n'
  endpoint.sources[0]?.end(...events, citation, other, done)
  const bytes = await first.bytes()
  expect(new TextDecoder().decode(bytes)).toContain('10-K')
  for (const response of [during, await endpoint.get(idOf(first))]) {
    expect(Buffer.compare(await response.bytes(), bytes)).toBe(0)
  }
})

test('resume: late consumer replays after done', async () => {
  await using endpoint = await startEndpoint()
  const first = await endpoint.post()
  endpoint.sources[0]?.end(textEvent('1\n'), textEvent('2\n'), done)
  const body = await first.text()
  await delay(100)
  for (let times = 0; times < 3; times += 1) {
    const late = await endpoint.get(idOf(first))
    expect(late.status).toBe(200)
    expect(await late.text()).toBe(body)
  }
  expect(endpoint.sources).toHaveLength(1)
})

test('resume: missing stream -> 404/null', async () => {
  await using endpoint = await startEndpoint()
  const { store } = endpoint
  for (const id of ['abcdefghijklmnopqrstuv', 'short', '', '../x', 'ü', 'a'.repeat(5_000)]) {
    expect((await endpoint.get(id)).status).toBe(404)
    expect((await endpoint.delete(id)).status).toBe(404)
    expect(await store.find(id)).toBeUndefined()
    expect(await collect(store.read(id, 0))).toEqual([])
  }
  const missing = endpoint.client().ai.resume('abcdefghijklmnopqrstuv')
  const error = await rejection(missing.finalText(), StreamResumeError)
  expect(error.retryable).toBe(false)
  expect(endpoint.sources).toHaveLength(0)
})

test('resume: producer keeps writing after local consumer cancels', async () => {
  await using endpoint = await startEndpoint()
  const first = await endpoint.post()
  const id = idOf(first)
  const body = readBitByBit(first)
  endpoint.sources[0]?.send(textEvent('1\n'))
  await body.until(sent('1\n', 1))
  await body.cancel()
  await delay(100)
  expect(endpoint.sources[0]?.closed).toBe(false)
  endpoint.sources[0]?.send(textEvent('2\n'))
  await expect.poll(async () => (await endpoint.store.find(id))?.length).toBe(2)
  endpoint.sources[0]?.end(textEvent('3\n'), done)
  const client = endpoint.client()
  expect(await client.ai.resume(id, { lastEventId: '1' }).finalText()).toBe('2\n3\n')
  expect(await client.ai.resume(id).finalText()).toBe('1\n2\n3\n')
  expect(endpoint.sources).toHaveLength(1)
})

test('resume: delete ends in-flight reads', async () => {
  await using endpoint = await startEndpoint()
  const first = await endpoint.post()
  const id = idOf(first)
  const bodies = [first, await endpoint.get(id)].map(readBitByBit)
  const following = endpoint.client().ai.resume(id).finalAnalysis()
  endpoint.sources[0]?.send(textEvent('1\n'))
  for (const body of bodies) await body.until(sent('1\n', 1))
  expect((await endpoint.delete(id)).status).toBe(204)
  for (const body of bodies) await body.until(done)
  expect(bodies[1]?.text).toBe(`${greeting}${bodies[0]?.text}`)
  expect((await following).text).toBe('1\n')
  await expectWithinASecond(() => endpoint.sources[0]?.closed === true)
  await expect.poll(async () => (await endpoint.store.find(id))?.outcome).toBe('stopped')

  // Deleting it from the store also ends its answer, which is then incomplete.
  const second = await endpoint.post()
  const reading = readBitByBit(await endpoint.get(idOf(second)))
  endpoint.sources[1]?.send(textEvent('1\n'))
  await reading.until(sent('1\n', 1))
  const watch = startStopwatch()
  await endpoint.store.expire(idOf(second))
  await reading.until('event: error')
  expect(watch.ms).toBeLessThan(endpoint.store.lease / 2)
  expect(reading.text).toContain('stream_interrupted')
  expect(reading.text).not.toContain('DONE')
  await expectWithinASecond(() => endpoint.sources[1]?.closed === true)
  expect((await endpoint.get(idOf(second))).status).toBe(404)
})
