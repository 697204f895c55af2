import { assert } from 'chai'
import type { Cases } from '../cases/cases.ts'
import {
  assertRefused,
  type CreateStore,
  messages,
  newId,
  pause,
  shortLease,
} from './store-under-test.ts'

function refused(promise: Promise<unknown>): Promise<unknown> {
  return assertRefused(promise, 'owner-limit')
}

export function owners(createStore: CreateStore): Cases {
  const ada = { owner: 'Ada Łovelace {1}', maxStreamsPerOwner: 2 }

  return {
    async 'two instances together run as many streams of one owner as allowed'() {
      await using made = await createStore()
      const { store, other = store } = made
      await store.create(newId(), ada)
      await other.create(newId(), ada)
      await refused(store.create(newId(), ada))
      await refused(other.create(newId(), ada))
      await other.create(newId(), { ...ada, owner: 'Ada Łovelace {2}' })
      await other.create(newId(), { ...ada, maxStreamsPerOwner: 3 })
      await store.create(newId(), { owner: ada.owner })
    },

    async 'all streams without an owner have the same owner'() {
      await using made = await createStore()
      const { store, other = store } = made
      await store.create(newId(), { maxStreamsPerOwner: 1 })
      await refused(other.create(newId(), { maxStreamsPerOwner: 1 }))
      await refused(other.create(newId(), { maxStreamsPerOwner: 1, owner: '' }))
    },

    async 'only the allowed number of simultaneous streams begins'() {
      await using made = await createStore()
      const { store, other = store } = made
      const begun = await Promise.allSettled(
        Array.from({ length: 60 }, (_, at) =>
          (at % 2 === 0 ? store : other).create(newId(), { ...ada, maxStreamsPerOwner: 7 }),
        ),
      )
      assert.equal(begun.filter(({ status }) => status === 'fulfilled').length, 7)
    },

    async 'a refused stream leaves nothing: it does not exist and takes no place'() {
      await using made = await createStore({ maxStreams: 2 })
      const { store } = made
      const id = newId()
      await store.create(newId(), { ...ada, maxStreamsPerOwner: 1 })
      await refused(store.create(id, { ...ada, maxStreamsPerOwner: 1 }))
      assert.equal(await store.find(id), undefined)
      await store.create(newId())
    },

    async 'a stream that a full store refuses does not count'() {
      await using made = await createStore({ maxStreams: 1 })
      const { store } = made
      const id = newId()
      await store.create(id)
      for (let at = 0; at < 3; at += 1) await assertRefused(store.create(newId(), ada), 'limit')
      await store.expire(id)
      await store.create(newId(), ada)
    },

    async 'every outcome makes room, and so does expiry'() {
      await using made = await createStore()
      const { store, other = store } = made
      for (const outcome of ['done', 'error', 'stopped'] as const) {
        const producers = [await store.create(newId(), ada), await other.create(newId(), ada)]
        await refused(store.create(newId(), ada))
        for (const producer of producers) await producer.finish(outcome)
      }
      const id = newId()
      await store.create(id, ada)
      await store.create(newId(), ada)
      await refused(other.create(newId(), ada))
      await other.expire(id)
      await other.create(newId(), ada)
      await refused(store.create(newId(), ada))
    },

    async 'a dead producer makes room after its lease, a live one does not'() {
      const lease = 1200
      await using made = await createStore({ lease })
      const { store, other = store } = made
      const live = await store.create(newId(), ada)
      await other.create(newId(), ada)
      for (let at = 0; at < 15; at += 1) {
        await pause(lease / 10)
        if (at % 4 === 0) await live.append(messages(at, at))
        else await live.renew()
      }
      await other.create(newId(), ada)
      await refused(store.create(newId(), ada))
    },

    async 'a stream that is taken over from a dead producer counts once'() {
      await using made = await createStore({ lease: shortLease })
      const { store, other = store } = made
      const id = newId()
      await store.create(id, ada)
      await pause(shortLease + 50)
      const heir = await other.create(id, ada)
      await assertRefused(store.create(id, ada), 'exists')
      await store.create(newId(), ada)
      await refused(store.create(newId(), ada))
      await heir.finish('done')
      await store.create(newId(), ada)
    },
  }
}
