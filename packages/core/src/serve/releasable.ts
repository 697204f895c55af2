import { whenAborted } from '../lifetime/abort-source.ts'

/** Returns a signal that follows another one until it is released. */
export function releasable(signal: AbortSignal): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const release = whenAborted(signal, () => controller.abort(signal.reason))
  return { signal: controller.signal, release }
}
