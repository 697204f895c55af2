/** A signal that follows another one until it is released. */
export function releasable(signal: AbortSignal): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  const release = (): void => signal.removeEventListener('abort', onAbort)
  return { signal: controller.signal, release }
}
