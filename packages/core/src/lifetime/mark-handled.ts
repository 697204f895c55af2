/**
 * Returns the promise, marked as handled. A caller who awaits it still gets its failure. If no one does, the
 * runtime does not end the process because of an unhandled rejection.
 */
export function markHandled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
