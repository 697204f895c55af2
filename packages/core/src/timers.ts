import type { Abortable } from './abort-scope.ts'

/** Longer delays overflow the 32-bit timers of every runtime and fire at once. */
const longest = 2 ** 31 - 1

/** A delay, in ms, that `setTimeout` takes at its word. */
export function clampTimer(ms: number): number {
  return Math.min(ms, longest)
}

/** Waits, in ms. @throws the signal's reason as soon as it is aborted, leaving no timer behind. */
export function sleep(ms: number, signal: Abortable): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, clampTimer(ms))
    signal.addEventListener('abort', onAbort)
  })
}

/** The promise's value, or undefined after so many ms; Infinity and 0 wait for ever. Leaves no timer behind. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  if (ms === 0 || ms === Infinity) return promise
  let timer: ReturnType<typeof setTimeout> | undefined
  const timedOut = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), clampTimer(ms))
  })
  try {
    return await Promise.race([promise, timedOut])
  } finally {
    clearTimeout(timer)
  }
}
