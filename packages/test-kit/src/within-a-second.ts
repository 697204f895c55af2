import { startStopwatch } from './stopwatch.ts'

/**
 * Waits until something holds. Throws after a second, in which the time that a busy machine kept the test waiting
 * does not count. For a wait that no promise limits, use `expect.poll`.
 */
export async function expectWithinASecond(holds: () => boolean): Promise<void> {
  const start = performance.now()
  const watch = startStopwatch()
  while (!holds()) {
    // To look at the stopwatch takes a few ms.
    if (performance.now() - start > 1000 && watch.ms > 1000)
      throw new Error(`This did not hold within a second: ${String(holds)}`)
    await delay(5)
  }
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Resolves with a number once it has stayed the same for a while, such as that of the bytes in a full buffer. */
export async function steady(read: () => number | Promise<number>): Promise<number> {
  let value = await read()
  for (let looks = 0; looks < 10; looks += 1) {
    await delay(30)
    const now = await read()
    if (now !== value) looks = -1
    value = now
  }
  return value
}

/** Returns the last request that a sandbox got. */
export function lastRequest<T>(sandbox: { readonly requests: readonly T[] }): T {
  const record = sandbox.requests.at(-1)
  if (record === undefined) throw new Error('The sandbox got no request')
  return record
}
