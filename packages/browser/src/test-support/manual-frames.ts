import { onTestFinished, vi } from 'vitest'

/** Animation frames that a test makes. */
export interface Frames {
  /** The number of calls that wait for a frame. */
  readonly waiting: number
  /** Makes a frame. */
  next(): void
}

/**
 * Gives the running test a page whose frames it makes itself.
 *
 * @param hasTimer whether the timer that stands in for missing frames runs. On a busy machine, it could end before a
 *   test has made its frame.
 */
export function useFrames(hasTimer = false): Frames {
  const waiting = new Map<number, () => void>()
  let count = 0
  vi.stubGlobal('requestAnimationFrame', (work: () => void) => {
    waiting.set((count += 1), work)
    return count
  })
  vi.stubGlobal('cancelAnimationFrame', (frame: number) => waiting.delete(frame))
  const { setTimeout } = globalThis
  if (!hasTimer) {
    vi.stubGlobal('setTimeout', (work: () => void, ms?: number) =>
      ms === 250 ? undefined : setTimeout(work, ms),
    )
  }
  onTestFinished(() => void vi.unstubAllGlobals())
  return {
    get waiting() {
      return waiting.size
    },
    next: () => {
      const works = Array.from(waiting.values())
      waiting.clear()
      for (const work of works) work()
    },
  }
}
