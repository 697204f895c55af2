import { memoryStore } from '@vectrade/core'
import { describe, test } from 'vitest'
import { storeContract } from './store-contract.ts'

describe('memoryStore keeps the contract', () => {
  for (const { name, run } of storeContract(async (limits) => ({
    store: memoryStore(limits),
    async [Symbol.asyncDispose]() {},
  }))) {
    test(name, run)
  }
})
