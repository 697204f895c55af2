import { ConfigurationError } from '@vectrade/core'
import { assert } from 'chai'
import { type Cases, forEach, rejection } from '../cases/cases.ts'
import {
  assertRefused,
  collect,
  type CreateStore,
  messages,
  newId,
  numbered,
  pause,
} from './store-under-test.ts'

/** Asserts that an append is over a limit, and that the error names the limit and the option. */
async function assertOver(promise: Promise<unknown>, option: string, limit: number): Promise<void> {
  const { message } = await assertRefused(promise, 'limit')
  assert.include(message, option)
  assert.include(message, String(limit))
}

export function limits(createStore: CreateStore): Cases {
  return {
    async 'maxEvents: all of an append or none, and smaller ones may follow'() {
      await using made = await createStore({ maxEvents: 5 })
      const { store } = made
      const id = newId()
      const producer = await store.create(id)
      await producer.append(messages(1, 3))
      await assertOver(producer.append(messages(4, 6)), 'maxEvents', 5)
      assert.equal((await store.find(id))?.length, 3)
      await producer.append(messages(4, 5))
      await assertOver(producer.append(messages(6, 6)), 'maxEvents', 5)
      await producer.finish('error')
      assert.deepEqual(await collect(store.read(id, 0)), numbered(messages(1, 5)))
    },

    async 'maxEvents and maxBytes: an append of 30,000 messages over the limit leaves nothing'() {
      const append = messages(1, 30_000)
      const bytes = append.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0)
      for (const [option, limit] of [
        ['maxEvents', 29_999],
        ['maxBytes', bytes - 1],
      ] as const) {
        await using made = await createStore({ maxEvents: 40_000, [option]: limit })
        const { store, other = store } = made
        const id = newId()
        const producer = await store.create(id)
        await assertOver(producer.append(append), option, limit)
        assert.equal((await other.find(id))?.length, 0)
        await producer.append(append.slice(0, -1))
        await producer.finish('done')
        assert.equal((await other.find(id))?.length, 29_999)
      }
    },

    async 'maxBytes: counted in UTF-8, event names as well'() {
      await using made = await createStore({ maxBytes: 20 })
      const { store } = made
      const id = newId()
      const producer = await store.create(id)
      const eight = { event: 'größe', data: 'x' }
      await producer.append([eight, eight])
      await assertOver(
        producer.append([{ data: '' }, { data: 'éé😀' }, { data: '' }]),
        'maxBytes',
        20,
      )
      assert.equal((await store.find(id))?.length, 2)
      await producer.append([{ data: '😀' }, { data: '' }])
      await assertOver(producer.append([{ data: 'x' }]), 'maxBytes', 20)
      await producer.finish('error')
      const expected = [eight, eight, { data: '😀' }, { data: '' }]
      assert.deepEqual(await collect(store.read(id, 0)), numbered(expected))
    },

    async 'maxStreams: of both instances; what ends its life makes room'() {
      await using made = await createStore({ maxStreams: 2, timeToLive: 1_000 })
      const { store, other = store } = made
      const first = newId()
      await store.create(first)
      const finished = await other.create(newId())
      await assertOver(store.create(newId()), 'maxStreams', 2)
      await assertOver(other.create(newId()), 'maxStreams', 2)
      await assertRefused(other.create(first), 'exists')
      await store.expire(first)
      await other.create(newId())
      await assertOver(store.create(newId()), 'maxStreams', 2)
      await finished.finish('done')
      await pause(1_050)
      await store.create(newId())
      await assertOver(other.create(newId()), 'maxStreams', 2)
    },

    async 'the lease is told'() {
      await using made = await createStore({ lease: 1234 })
      assert.equal(made.store.lease, 1234)
    },

    ...forEach(
      ['maxEvents', 'maxBytes', 'maxStreams', 'timeToLive', 'lease'] as const,
      (option) => `${option} that is no number is a ConfigurationError`,
      async (option) => {
        const error = await rejection(createStore({ [option]: NaN }), ConfigurationError)
        assert.include(error.message, option)
      },
    ),
  }
}
