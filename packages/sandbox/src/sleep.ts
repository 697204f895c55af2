// The longest delay of setTimeout. A longer one would end at once.
const longest = 2 ** 31 - 1

/**
 * Waits `ms` milliseconds, or until `signal` aborts or `ready` settles if that is sooner. `Infinity`
 * waits only for those. Resolves in all cases, and removes its timer and its listener.
 */
export function sleep(ms: number, signal: AbortSignal, ready?: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    ready?.then(finish, finish)
    const timer = ms === Infinity ? undefined : setTimeout(finish, Math.min(ms, longest))
    signal.addEventListener('abort', finish, { once: true })

    function finish(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
  })
}
