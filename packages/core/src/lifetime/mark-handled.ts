/**
 * The promise itself, marked as handled: whoever awaits it gets its failure as ever, and where
 * nobody does, the runtime does not end the process for it.
 */
export function markHandled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
