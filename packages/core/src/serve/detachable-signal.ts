/** Returns a signal that follows another one until `detach` is called. */
export function detachableSignal(signal: AbortSignal): { signal: AbortSignal; detach: () => void } {
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  const detach = (): void => signal.removeEventListener('abort', onAbort)
  return { signal: controller.signal, detach }
}
