import { delay } from './delay.ts'
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
