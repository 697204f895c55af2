import { storeContract } from '@vectrade/conformance/store-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisStore } from '../index.ts'
import { type Client, RedisServer, startTimeout } from '@vectrade/test-kit/redis-server'

let server: RedisServer
let clients: Client[]
beforeAll(async () => {
  server = await RedisServer.start()
  clients = [await server.connect(), await server.connect()]
}, startTimeout)
afterAll(() => server[Symbol.asyncDispose]())

const contract = storeContract(async (limits) => {
  const prefix = `${crypto.randomUUID()}:`
  const [store, other] = clients.map((client) => redisStore(client, { ...limits, prefix }))
  if (!store || !other) throw new Error('There are two clients')
  return {
    store,
    other,
    async [Symbol.asyncDispose]() {
      await Promise.all([store[Symbol.asyncDispose](), other[Symbol.asyncDispose]()])
    },
  }
})

describe('redisStore(), two instances on one Redis', () => {
  test.for(contract)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
