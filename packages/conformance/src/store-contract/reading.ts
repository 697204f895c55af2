import type { StoredMessage } from '@vectrade/core'
import { assert } from 'chai'
import { type Cases, forEach } from '../cases/cases.ts'
import { collect, type CreateStore, messages, newId, numbered, Reader } from './store-under-test.ts'

const unusual: Record<string, StoredMessage> = {
  'an event name': { event: 'größer-als', data: 'x' },
  'no data': { data: '' },
  lines: { data: 'a\nb\r\nc\r\rd\n' },
  'control characters and NUL': { data: '\u0000\u0001\u001B[0m\u007F\uFEFF\u2028' },
  'letters of many scripts': { data: 'Ünïcödé 漢字 عربى 👩‍👩‍👧 𝕏' },
  'what looks like the protocol': { event: 'data', data: 'id: 7\n\ndata: [DONE]\n\n*3\r\n$3\r\n' },
  'a MiB': { data: 'ß'.repeat(2 ** 19) },
}

export function reading(createStore: CreateStore): Cases {
  return {
    async 'numbers are 1, 2, 3 …, over appends of any size'() {
      await using made = await createStore()
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      for (const [from, to] of [
        [1, 1],
        [2, 1],
        [2, 4],
        [5, 300],
      ] as const) {
        await producer.append(messages(from, to))
      }
      await producer.finish('done')
      assert.deepEqual(await collect(other.read(id, 0)), numbered(messages(1, 300)))
    },

    async '30,000 messages of one append arrive all at once and in order'() {
      await using made = await createStore({ maxEvents: 60_001 })
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      const lengths = new Set<number | undefined>()
      const appending = producer.append(messages(1, 30_000))
      const isAppended = appending.then(() => true)
      const look = async (): Promise<false> => {
        lengths.add((await other.find(id))?.length)
        return false
      }
      while (!(await Promise.race([isAppended, look()])));
      assert.isEmpty([...lengths].filter((length) => length !== 0 && length !== 30_000))
      await Promise.all([producer.append(messages(30_001, 60_000)), producer.finish('done')])
      assert.deepEqual(await collect(other.read(id, 0)), numbered(messages(1, 60_000)))
    },

    async 'from every position, and behind the end'() {
      await using made = await createStore()
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      await producer.append(messages(1, 7))
      await producer.finish('done')
      for (let after = 0; after <= 9; after += 1) {
        const expected = numbered(messages(1, 7)).slice(after)
        assert.deepEqual(await collect(other.read(id, after)), expected)
      }
    },

    async 'replays what there is, then follows to the end'() {
      await using made = await createStore()
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      await producer.append(messages(1, 3))
      const reader = new Reader(other.read(id, 1))
      assert.deepEqual(await reader.take(2), numbered(messages(2, 3), 2))
      const next = reader.take(2)
      await producer.append(messages(4, 5))
      assert.deepEqual(await next, numbered(messages(4, 5), 4))
      const end = reader.ended()
      await producer.finish('done')
      assert(await end)
    },

    async 'from a position that is yet to come, waits for it'() {
      await using made = await createStore()
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      await producer.append(messages(1, 2))
      const readers = [2, 4].map((after) => new Reader(other.read(id, after)))
      const taken = Promise.all(readers.map((reader) => reader.take(1)))
      for (let at = 3; at <= 6; at += 1) await producer.append(messages(at, at))
      assert.deepEqual(await taken, [numbered(messages(3, 3), 3), numbered(messages(5, 5), 5)])
      await Promise.all(readers.map((reader) => reader.leave()))
    },

    async 'all readers get the same: before, during and after, here and elsewhere'() {
      await using made = await createStore()
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      const collected = [collect(store.read(id, 0)), collect(other.read(id, 0))]
      for (let at = 1; at <= 100; at += 1) {
        await producer.append(messages(at, at))
        if (at % 20 === 0) collected.push(collect((at % 40 === 0 ? store : other).read(id, 0)))
      }
      await producer.finish('done')
      collected.push(collect(other.read(id, 0)))
      for (const got of collected) assert.deepEqual(await got, numbered(messages(1, 100)))
    },

    async 'streams do not mix'() {
      await using made = await createStore()
      const { store, other = store } = made
      const ids = Array.from({ length: 20 }, newId)
      const collected = ids.map(async (id, index) => {
        const producer = await store.create(id)
        const got = collect(other.read(id, 0))
        for (let at = 0; at < 20; at += 1) await producer.append([{ data: `${index}-${at}` }])
        await producer.finish('done')
        return got
      })
      for (const [index, got] of (await Promise.all(collected)).entries()) {
        const expected = Array.from({ length: 20 }, (_, at) => ({ data: `${index}-${at}` }))
        assert.deepEqual(got, numbered(expected))
      }
    },

    ...forEach(
      Object.entries(unusual),
      ([name]) => `comes out as it went in: ${name}`,
      async ([, message]) => {
        await using made = await createStore()
        const { store, other = store } = made
        const id = newId()
        const producer = await store.create(id)
        await producer.append([message, { data: 'next' }])
        await producer.finish('done')
        assert.deepEqual(await collect(other.read(id, 0)), numbered([message, { data: 'next' }]))
      },
    ),

    async 'of an unknown stream ends at once'() {
      await using made = await createStore()
      assert.deepEqual(await collect(made.store.read(newId(), 0)), [])
    },

    async 'an aborted signal ends it quietly: before, under a pending read, in the middle'() {
      await using made = await createStore()
      const { store } = made
      const id = newId()
      const producer = await store.create(id)
      await producer.append(messages(1, 3))
      assert.deepEqual(await collect(store.read(id, 0, AbortSignal.abort())), [])

      const pending = new AbortController()
      const reader = new Reader(store.read(id, 3, pending.signal))
      const end = reader.ended()
      pending.abort()
      assert(await end)

      const middle = new AbortController()
      const left = new Reader(store.read(id, 0, middle.signal))
      await left.take(1)
      middle.abort()
      assert(await left.ended())
      assert(await left.ended())
    },

    async 'leaving early is at once, also under a pending read, and leaves nothing to others'() {
      await using made = await createStore()
      const { store } = made
      const id = newId()
      const producer = await store.create(id)
      await producer.append(messages(1, 3))
      for await (const message of store.read(id, 0)) {
        assert.equal(message.id, 1)
        break
      }
      const reader = new Reader(store.read(id, 3))
      const end = reader.ended()
      await reader.leave()
      assert(await end)
      await producer.finish('done')
      assert.deepEqual(await collect(store.read(id, 2)), numbered(messages(3, 3), 3))
    },
  }
}
