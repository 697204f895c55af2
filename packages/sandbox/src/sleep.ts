// What setTimeout takes; more would fire at once.
const longest = 2 ** 31 - 1

/**
 * Waits `ms` milliseconds, or until `signal` aborts if that is sooner; `Infinity` waits for the
 * signal alone. Resolves either way, and leaves neither timer nor listener behind.
 */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = ms === Infinity ? undefined : setTimeout(finish, Math.min(ms, longest))
    signal.addEventListener('abort', finish, { once: true })

    function finish(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
  })
}
