// The longest delay of setTimeout. A longer one would end at once.
const longest = 2 ** 31 - 1

/**
 * Waits `ms` milliseconds, or until `signal` aborts if that is sooner. `Infinity` waits only for
 * the signal. Resolves in both cases, and removes its timer and its listener.
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
