import { afterEach, beforeEach, expect } from 'vitest'

/** Fails each test of a file in which a promise rejects that nobody handles. */
export function expectNoUnhandledRejections(): void {
  let unhandled: unknown[]
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
  beforeEach(() => {
    unhandled = []
    process.on('unhandledRejection', onUnhandled)
  })
  afterEach(async () => {
    // Node tells of them once the promises there are have settled.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', onUnhandled)
    expect(unhandled).toEqual([])
  })
}
