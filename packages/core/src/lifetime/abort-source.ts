/** The parts of an `AbortSignal` that the SDK uses, so that the signals of other libraries fit as well. */
export interface Abortable {
  readonly aborted: boolean
  /** Becomes the `cause` of the error. */
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

const none: readonly never[] = []

/**
 * An AbortController and its signal in one.
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

/**
 * Calls the listener when the signal is aborted, or at once if it already is. Returns a function that removes
 * the listener.
 */
export function whenAborted(signal: Abortable, listener: () => void): () => void {
  if (signal.aborted) listener()
  else signal.addEventListener('abort', listener)
  return () => signal.removeEventListener('abort', listener)
}
