// Gives examples the function that `addChecks` writes calls of.
import { deepStrictEqual } from 'node:assert'

Object.assign(globalThis, {
  assertValue(actual: unknown, expected: unknown): void {
    // A clone, for comments do not tell what an object's prototype is.
    deepStrictEqual(structuredClone(actual), expected)
  },
})
