import { whenAborted } from '../lifetime/abort-source.ts'

/** Returns a signal that follows another one until `detach` is called. */
export function detachableSignal(signal: AbortSignal): { signal: AbortSignal; detach: () => void } {
  const controller = new AbortController()
  const detach = whenAborted(signal, () => controller.abort(signal.reason))
  return { signal: controller.signal, detach }
}
