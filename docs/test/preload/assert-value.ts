// Gives examples the function `assertValue`, which `addChecks` calls.
import { deepStrictEqual } from 'node:assert'

Object.assign(globalThis, {
  assertValue(actual: unknown, expected: unknown): void {
    // Compares a clone, because a comment does not show the prototype of an object.
    deepStrictEqual(structuredClone(actual), expected)
  },
})
