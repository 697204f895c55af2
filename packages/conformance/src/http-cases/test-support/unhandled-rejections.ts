import { afterEach, beforeEach, expect } from 'vitest'

/** Fails each test of a file in which a promise rejection is unhandled. */
export function expectNoUnhandledRejections(): void {
  let unhandled: unknown[]
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
  beforeEach(() => {
    unhandled = []
    process.on('unhandledRejection', onUnhandled)
  })
  afterEach(async () => {
    // Node reports unhandled rejections after the current promises have settled.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', onUnhandled)
    expect(unhandled).toEqual([])
  })
}
