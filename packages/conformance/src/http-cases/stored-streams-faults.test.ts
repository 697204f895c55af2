import {
  fromResponse,
  memoryStore,
  StreamInterruptedError,
  type StreamStore,
  StreamStoreError,
  VecTradeError,
} from '@vectrade/node'
import { startStopwatch } from '@vectrade/test-kit/stopwatch'
import { delay } from '@vectrade/test-kit/delay'
import { expect, test } from 'vitest'
import { rejection } from '../cases/cases.ts'
import { assertRefused, collect, newId } from '../store-contract/store-under-test.ts'
import { done, textEvent } from './test-support/answers.ts'
import { idOf, readBitByBit, startEndpoint } from './test-support/endpoint.ts'
import { outcomeOf } from './test-support/outcome.ts'
import { expectNoUnhandledRejections } from './test-support/unhandled-rejections.ts'

expectNoUnhandledRejections()

const throws = (): never => {
  throw new Error('A hook of mine failed')
}

test('resume: hook exceptions do not break the stream', async () => {
  const logger = { debug: throws, info: throws, warn: throws, error: throws }
  const events = Array.from({ length: 5 }, (_, at) => textEvent(`${at}\n`))
  const text = '0\n1\n2\n3\n4\n'

  // `waitUntil` fails, and so does the logger that is told about it.
  await using stored = await startEndpoint({ logger }, { waitUntil: throws })
  const first = await stored.post()
  stored.sources[0]?.end(...events, done)
  expect(await fromResponse(first).finalText()).toBe(text)
  expect(await stored.client().ai.resume(idOf(first)).finalText()).toBe(text)

  // A store that becomes full during an answer, and one that is full from the beginning.
  for (const limits of [{ maxEvents: 2 }, { maxStreams: 0 }]) {
    await using full = await startEndpoint({ logger, store: memoryStore(limits) })
    const response = await full.post()
    full.sources[0]?.end(...events, done)
    expect(await fromResponse(response).finalText()).toBe(text)
  }

  // The server's own errors are still a 500.
  await using failing = await startEndpoint({ authorize: throws, onError: throws })
  const refused = await failing.post()
  expect(refused.status).toBe(500)
  expect(await refused.text()).not.toContain('mine')
})

test('resume: non-ASCII byte-for-byte', async () => {
  const contents = [
    'Größe',
    '漢字',
    'عربى',
    '👩‍👩‍👧',
    '𝕏\u2028\u2029\uFEFF',
    '\u0000\u001B[0m',
    'e\u0301',
  ]
  await using endpoint = await startEndpoint()
  const first = await endpoint.post()
  const id = idOf(first)
  endpoint.sources[0]?.end(...contents.map((content) => textEvent(content)), done)
  const bytes = Buffer.from(await first.bytes())
  const events = contents.map((content, at) => textEvent(content, String(at + 1)))
  expect(bytes.toString()).toBe(events.join('') + done)
  for (let after = 0; after < contents.length; after += 1) {
    const rest = Buffer.from(await (await endpoint.get(id, { after })).bytes())
    expect(rest.compare(Buffer.from(events.slice(after).join('') + done))).toBe(0)
    const resumed = endpoint.client().ai.resume(id, { lastEventId: String(after) })
    expect(await resumed.finalText()).toBe(contents.slice(after).join(''))
  }
})

test('resume: TTL eviction and refresh', async () => {
  const timeToLive = 1_500
  const store = memoryStore({ timeToLive, lease: 3_000 })
  await using endpoint = await startEndpoint({ store })
  const first = await endpoint.post()
  const id = idOf(first)
  endpoint.sources[0]?.send(textEvent('1\n'))
  // A running stream stays stored, whether or not anything comes.
  await delay(2 * timeToLive)
  expect((await store.find(id))?.length).toBe(1)
  endpoint.sources[0]?.end(textEvent('2\n'), done)
  expect(await fromResponse(first).finalText()).toBe('1\n2\n')
  expect(await endpoint.client().ai.resume(id).finalText()).toBe('1\n2\n')
  // Its time to live starts at its end. Reading does not extend it.
  await expect.poll(async () => (await endpoint.get(id)).status).toBe(404)
  expect(await store.find(id)).toBeUndefined()
  expect(await collect(store.read(id, 0))).toEqual([])
})

test('resume: append after finalize rejected', async () => {
  const store = memoryStore()
  for (const outcome of ['done', 'error', 'stopped'] as const) {
    const id = newId()
    const producer = await store.create(id)
    await producer.append([{ data: '1' }])
    await producer.finish(outcome)
    await producer.finish(outcome)
    const error = await assertRefused(producer.append([{ data: '2' }]), 'finished')
    expect(error).toBeInstanceOf(StreamStoreError)
    await assertRefused(producer.renew(), 'finished')
    await assertRefused(store.create(id), 'exists')
    expect(await collect(store.read(id, 0))).toEqual([{ id: 1, data: '1' }])
    expect((await store.find(id))?.outcome).toBe(outcome)
  }
})

test('resume: maxChunkBytes / maxEntries / maxStreams enforced', async () => {
  const store = memoryStore({ maxBytes: 10, maxEvents: 3, maxStreams: 2 })
  const producer = await store.create(newId())
  await assertRefused(producer.append([{ data: 'x'.repeat(11) }]), 'limit')
  await producer.append([{ data: '€€€' }])
  await assertRefused(producer.append([{ data: 'xx' }]), 'limit')
  await producer.append([{ data: 'x' }, { data: '' }])
  await assertRefused(producer.append([{ data: '' }]), 'limit')
  await store.create(newId())
  await assertRefused(store.create(newId()), 'limit')

  // The caller still gets an answer that the handler cannot store.
  await using full = await startEndpoint({ store })
  const unkept = await full.post()
  expect(idOf(unkept)).toBe('')
  full.sources[0]?.end(textEvent('1\n'), done)
  expect(await fromResponse(unkept).finalText()).toBe('1\n')

  await using small = await startEndpoint({ store: memoryStore({ maxEvents: 2, lease: 300 }) })
  const response = await small.post()
  small.sources[0]?.end(...['1\n', '2\n', '3\n'].map((text) => textEvent(text)), done)
  expect(await fromResponse(response).finalText()).toBe('1\n2\n3\n')
  // An answer that was not stored is incomplete for later readers.
  const late = await outcomeOf(small.client().ai.resume(idOf(response)))
  expect(late.error).toBeInstanceOf(VecTradeError)
  expect('1\n2\n3\n'.startsWith(late.text)).toBe(true)
})

test('resume: other user refused', async () => {
  const owner = (request: Request): string => request.headers.get('x-user') ?? ''
  await using endpoint = await startEndpoint({ owner })
  const first = await endpoint.post({ user: 'ada' })
  const id = idOf(first)
  endpoint.sources[0]?.send(textEvent('the secret of ada'))
  await readBitByBit(first).until('the secret of ada')

  const unknown = 'abcdefghijklmnopqrstuv'
  const others = [{ user: 'bob' }, { user: 'ADA' }, { user: '' }, {}, { user: 'bob', after: 0 }]
  for (const asking of others) {
    for (const method of ['get', 'delete'] as const) {
      const theirs = await endpoint[method](id, asking)
      const none = await endpoint[method](unknown, asking)
      expect(theirs.status).toBe(404)
      expect(headersOf(theirs)).toEqual(headersOf(none))
      const body = await theirs.text()
      expect(body).toBe(await none.text())
      expect(body).not.toContain('secret')
    }
  }
  expect(endpoint.sources[0]?.closed).toBe(false)

  // The response time does not distinguish the two either. The quickest of many responses are those for which
  // the machine had no other work.
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < 100; round += 1) {
    for (const [kind, asked] of [id, unknown].entries()) {
      const start = performance.now()
      await (await endpoint.get(asked, { user: 'bob' })).text()
      times[kind]?.push(performance.now() - start)
    }
  }
  const [theirs, none] = times.map((each) => each.toSorted((a, b) => a - b)[5] ?? 0)
  expect(Math.abs((theirs ?? 0) - (none ?? 0))).toBeLessThan(5)

  const own = await endpoint.get(id, { user: 'ada' })
  endpoint.sources[0]?.end(done)
  expect(await fromResponse(own).finalText()).toBe('the secret of ada')
})

function headersOf(response: Response): Record<string, string> {
  const { date: _, ...headers } = Object.fromEntries(response.headers)
  return headers
}

test('resume: DONE message lost', async () => {
  const lease = 500
  const store = memoryStore({ lease })
  await using endpoint = await startEndpoint({ store: losing(store) })
  const first = await endpoint.post()
  const id = idOf(first)
  const following = await endpoint.get(id)
  const client = endpoint.client()
  const resumed = outcomeOf(client.ai.resume(id))
  endpoint.sources[0]?.send(textEvent('1\n'))
  const reading = readBitByBit(following)
  await reading.until('1\\n')
  endpoint.sources[0]?.end(textEvent('2\n'), done)
  expect(await fromResponse(first).finalText()).toBe('1\n2\n')

  const watch = startStopwatch()
  await reading.until('event: error')
  expect(watch.ms).toBeLessThan(lease + 1_000)
  expect(reading.text).toContain('stream_interrupted')
  expect(reading.text).not.toContain('DONE')
  const { text, error } = await resumed
  expect(text).toBe('1\n2\n')
  expect(error).toBeInstanceOf(StreamInterruptedError)
})

/** A store that never learns of the end of a stream. */
function losing(store: StreamStore): StreamStore {
  return {
    lease: store.lease,
    find: (id) => store.find(id),
    read: (id, after, signal) => store.read(id, after, signal),
    stop: (id) => store.stop(id),
    expire: (id) => store.expire(id),
    async create(id, options) {
      return { ...(await store.create(id, options)), finish: async () => {} }
    },
  }
}

test('resume: source error', async () => {
  await using endpoint = await startEndpoint()
  const first = await endpoint.post()
  const id = idOf(first)
  const readers = [first, await endpoint.get(id), await endpoint.get(id)]
  const resumed = outcomeOf(endpoint.client().ai.resume(id))
  const followed = readers.map((response) => outcomeOf(fromResponse(response)))
  endpoint.sources[0]?.send(textEvent('1\n'))
  await expect.poll(async () => (await endpoint.store.find(id))?.length).toBe(1)
  endpoint.sources[0]?.fail()
  for (const outcome of [...followed, resumed]) {
    const { text, error } = await outcome
    expect(text).toBe('1\n')
    expect(error).toBeInstanceOf(VecTradeError)
  }
  await expect.poll(async () => (await endpoint.store.find(id))?.outcome).toBe('error')

  // The error stays: later readers get the same one.
  const late = await (await endpoint.get(id)).text()
  expect(late.split('event: error')).toHaveLength(2)
  expect(late).not.toContain('DONE')
  await rejection(endpoint.client().ai.resume(id).finalText(), VecTradeError)
  expect((await endpoint.get(id, { after: 2 })).status).toBe(204)
})
