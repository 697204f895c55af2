import type { Cases } from './cases/cases.ts'
import type { ConformanceCase } from './index.ts'
import { ends } from './store-contract/ends.ts'
import { limits } from './store-contract/limits.ts'
import { owners } from './store-contract/owners.ts'
import { producers } from './store-contract/producers.ts'
import { reading } from './store-contract/reading.ts'
import type { CreateStore } from './store-contract/store-under-test.ts'

export type { CreateStore, StoreUnderTest } from './store-contract/store-under-test.ts'

const sections: Record<string, (createStore: CreateStore) => Cases> = {
  reading,
  producers,
  ends,
  limits,
  owners,
}

/** Returns the cases that every `StreamStore` must pass, for any test runner. */
export function storeContract(createStore: CreateStore): ConformanceCase[] {
  return Object.entries(sections).flatMap(([section, cases]) =>
    Object.entries(cases(createStore)).map(([name, run]) => ({ name: `${section}: ${name}`, run })),
  )
}
