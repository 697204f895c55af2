import { assert } from 'chai'
import { type Cases, forEach } from '../cases/cases.ts'
import {
  assertRefused,
  collect,
  type CreateStore,
  messages,
  newId,
  numbered,
  pause,
  Reader,
  shortLease,
  stopsWithinASecond,
} from './store-under-test.ts'

const shortLife = 1_000

export function ends(createStore: CreateStore): Cases {
  return {
    ...forEach(
      ['done', 'error', 'stopped'] as const,
      (outcome) => `a stream that is ${outcome} says so, to the end`,
      async (outcome) => {
        await using made = await createStore()
        const { store, other = store } = made
        const id = newId()
        const producer = await store.create(id, { owner: 'Ada Łovelace' })
        const start = { owner: 'Ada Łovelace', length: 0, outcome: undefined }
        assert.deepEqual(await other.find(id), start)
        await producer.append(messages(1, 2))
        assert.deepEqual(await other.find(id), { ...start, length: 2 })
        const reader = new Reader(other.read(id, 2))
        const end = reader.ended()
        await producer.finish(outcome)
        assert(await end)
        assert.deepEqual(await other.find(id), { ...start, length: 2, outcome })
      },
    ),

    async 'nothing is known of what never was'() {
      await using made = await createStore()
      assert.equal(await made.store.find(newId()), undefined)
    },

    async 'a finished stream is gone after its time, and its id is free'() {
      await using made = await createStore({ timeToLive: shortLife })
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      await producer.append(messages(1, 2))
      await producer.finish('done')
      assert.equal((await other.find(id))?.length, 2)
      await pause(shortLife + 50)
      assert.equal(await other.find(id), undefined)
      assert.deepEqual(await collect(other.read(id, 0)), [])
      const again = await other.create(id)
      await again.append(messages(7, 7))
      assert.deepEqual(await new Reader(store.read(id, 0)).take(1), numbered(messages(7, 7)))
    },

    async 'one that is produced is not, however long nothing comes'() {
      await using made = await createStore({ timeToLive: 100, lease: shortLease })
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      await producer.append(messages(1, 1))
      for (let at = 0; at < 20; at += 1) {
        await pause(shortLease / 10)
        await producer.renew()
      }
      assert.equal((await other.find(id))?.length, 1)
      await producer.append(messages(2, 2))
      assert.deepEqual(await new Reader(other.read(id, 0)).take(2), numbered(messages(1, 2)))
    },

    async 'of a dead producer, it is gone after lease and time'() {
      await using made = await createStore({ timeToLive: shortLife, lease: 100 })
      const { store, other = store } = made
      const id = newId()
      await store.create(id)
      await pause(100 + shortLife + 50)
      assert.equal(await other.find(id), undefined)
    },

    async 'expire() ends reading quietly, here and elsewhere, and the stream'() {
      await using made = await createStore()
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      await producer.append(messages(1, 2))
      const readers = [store, other].map((from) => new Reader(from.read(id, 0)))
      await Promise.all(readers.map((reader) => reader.take(2)))
      const ended = Promise.all(readers.map((reader) => reader.ended()))
      await other.expire(id)
      assert.deepEqual(await ended, [true, true])
      assert.equal(await store.find(id), undefined)
      await stopsWithinASecond(producer)
      await assertRefused(producer.append(messages(3, 3)), 'finished')
      await assertRefused(producer.renew(), 'finished')
      await assertRefused(producer.finish('done'), 'finished')
      await store.expire(id)
      await store.expire(newId())
    },

    async '10,000 streams that have begun and expired leave nothing'() {
      const atATime = 500
      await using made = await createStore({ maxStreams: atATime })
      const { store, other = store } = made
      let last = ''
      for (let begun = 0; begun < 10_000; begun += atATime) {
        const ids = Array.from({ length: atATime }, newId)
        await Promise.all(ids.map((id) => store.create(id)))
        await assertRefused(other.create(newId()), 'limit')
        await Promise.all(ids.map((id) => other.expire(id)))
        last = ids[0] ?? ''
      }
      assert.equal(await store.find(last), undefined)
    },
  }
}
