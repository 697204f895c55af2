import { StreamInterruptedError } from '@vectrade/core'
import { assert } from 'chai'
import { type Cases, rejection } from '../cases/cases.ts'
import {
  assertRefused,
  collect,
  type CreateStore,
  duration,
  messages,
  newId,
  numbered,
  pause,
  Reader,
  shortLease,
  stopsWithinASecond,
} from './store-under-test.ts'

export function producers(createStore: CreateStore): Cases {
  return {
    async 'appends at the same time keep their order'() {
      await using made = await createStore()
      const id = newId()
      const producer = await made.store.create(id)
      const appends = Array.from({ length: 50 }, (_, index) =>
        producer.append(messages(index * 2 + 1, index * 2 + 2)),
      )
      await Promise.all([...appends, producer.finish('done')])
      assert.deepEqual(await collect(made.store.read(id, 0)), numbered(messages(1, 100)))
    },

    async 'a live one keeps others off'() {
      await using made = await createStore()
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      await Promise.all([
        assertRefused(store.create(id), 'exists'),
        assertRefused(other.create(id), 'exists'),
      ])
      await producer.append(messages(1, 1))
      assert(!producer.stopped.aborted)
    },

    async 'of many that begin a stream at once, one may'() {
      await using made = await createStore()
      const { store, other = store } = made
      const id = newId()
      const begun = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : other).create(id)),
      )
      assert.equal(begun.filter(({ status }) => status === 'fulfilled').length, 1)
    },

    async 'a finished stream takes no more, and no new producer'() {
      await using made = await createStore()
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      await producer.append(messages(1, 1))
      await producer.finish('done')
      await assertRefused(producer.append(messages(2, 2)), 'finished')
      await assertRefused(producer.renew(), 'finished')
      await assertRefused(producer.finish('error'), 'finished')
      await assertRefused(other.create(id), 'exists')
      assert.equal((await other.find(id))?.outcome, 'done')
      assert(!producer.stopped.aborted)
    },

    async 'readers of a dead one learn of it within its lease and a second'() {
      await using made = await createStore({ lease: shortLease })
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      const readers = [store, other].map((from) => new Reader(from.read(id, 0)))
      await producer.append(messages(1, 2))
      for (const reader of readers) {
        assert.deepEqual(await reader.take(2), numbered(messages(1, 2)))
      }
      const took = await duration(() =>
        Promise.all(readers.map((reader) => rejection(reader.ended(), StreamInterruptedError))),
      )
      assert.isBelow(took, shortLease + 1000)
    },

    async 'of a dead one, what is left is read, and then it is known'() {
      await using made = await createStore({ lease: shortLease })
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      await producer.append(messages(1, 300))
      await pause(shortLease + 50)
      const reader = new Reader(other.read(id, 0))
      assert.deepEqual(await reader.take(300), numbered(messages(1, 300)))
      await rejection(reader.ended(), StreamInterruptedError)
      assert.equal((await other.find(id))?.outcome, undefined)
    },

    async 'signs of life keep it alive'() {
      await using made = await createStore({ lease: shortLease })
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      const reader = new Reader(other.read(id, 0))
      const next = reader.take(1)
      for (let at = 0; at < 20; at += 1) {
        await pause(shortLease / 10)
        await producer.renew()
      }
      await assertRefused(other.create(id), 'exists')
      await producer.append(messages(1, 1))
      assert.deepEqual(await next, numbered(messages(1, 1)))
      await reader.leave()
    },

    async 'a dead one is taken over from, and cannot do anything more'() {
      await using made = await createStore({ lease: shortLease })
      const { store, other = store } = made
      const id = newId()
      const dead = await store.create(id, { owner: 'ada' })
      await dead.append(messages(1, 2))
      await pause(shortLease + 50)
      const heir = await other.create(id, { owner: 'ada' })
      await stopsWithinASecond(dead)
      await assertRefused(dead.append(messages(3, 3)), 'superseded')
      await assertRefused(dead.renew(), 'superseded')
      await assertRefused(dead.finish('done'), 'superseded')
      await heir.append(messages(3, 4))
      await heir.finish('done')
      assert(!heir.stopped.aborted)
      await assertRefused(dead.append(messages(3, 3)), 'superseded')
      assert.deepEqual(await collect(store.read(id, 0)), numbered(messages(1, 4)))
      assert.deepEqual(await store.find(id), { owner: 'ada', length: 4, outcome: 'done' })
    },

    async 'is told to stop within a second, wherever somebody asks, and may still append'() {
      await using made = await createStore()
      const { store, other = store } = made
      for (const asked of [store, other]) {
        const id = newId()
        const producer = await store.create(id)
        const untouched = await store.create(newId())
        assert(!producer.stopped.aborted)
        const stopped = stopsWithinASecond(producer)
        await asked.stop(id)
        await stopped
        await asked.stop(id)
        await producer.append(messages(1, 1))
        await producer.finish('stopped')
        assert(!untouched.stopped.aborted)
        assert.deepEqual(await other.find(id), { owner: '', length: 1, outcome: 'stopped' })
      }
    },

    async 'stopping what is unknown, or at its end, is nothing'() {
      await using made = await createStore()
      const { store, other = store } = made
      const id = newId()
      const producer = await store.create(id)
      await producer.finish('done')
      await Promise.all([other.stop(id), store.stop(id), other.stop(newId())])
      assert.equal((await store.find(id))?.outcome, 'done')
      assert(!producer.stopped.aborted)
    },
  }
}
