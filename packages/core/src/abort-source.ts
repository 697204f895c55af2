/** As much of an AbortSignal as a call asks for. */
export interface Abortable extends Pick<AbortSignal, 'aborted' | 'reason'> {
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

const none: readonly never[] = []

/**
 * Aborts some work, and is to that work what aborts it: an AbortController and its signal in one.
 *
 * It keeps the reason, which the AbortController of React Native before 0.87 drops, and takes less memory.
 * Only `fetch` needs a real signal.
 */
export class AbortSource implements Abortable {
  aborted = false
  reason: unknown
  /** Few, so no Set, which takes more; nor does an array grow, which takes room for many. */
  #listeners: readonly (() => void)[] = none

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners = [...this.#listeners, listener]
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    const others = this.#listeners.filter((other) => other !== listener)
    this.#listeners = others.length === 0 ? none : others
  }

  abort(reason?: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    for (const listener of this.#listeners) listener()
    this.#listeners = none
  }
}

/** Calls the listener once the signal is aborted, at once if it is already; returns what ends that. */
export function whenAborted(signal: Abortable, listener: () => void): () => void {
  if (signal.aborted) listener()
  else signal.addEventListener('abort', listener)
  return () => signal.removeEventListener('abort', listener)
}
