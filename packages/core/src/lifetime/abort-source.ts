/** The parts of an `AbortSignal` that the SDK uses. The signals of other libraries work as well. */
export interface Abortable {
  readonly aborted: boolean
  /** The reason of the abort. It becomes the `cause` of the `RequestAbortedError`. */
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

const noListeners: readonly never[] = []

/**
 * An `AbortController` and its signal in one object.
 *
 * It takes less memory than the real pair. It also keeps the reason, which the `AbortController` of React
 * Native before 0.87 loses. Only `fetch` needs a real `AbortSignal`.
 */
export class AbortSource implements Abortable {
  aborted = false
  reason: unknown
  /** Replaced at each change. For a few listeners, a Set or an array that grows would take more memory. */
  #listeners: readonly (() => void)[] = noListeners

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners = [...this.#listeners, listener]
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    const others = this.#listeners.filter((other) => other !== listener)
    this.#listeners = others.length === 0 ? noListeners : others
  }

  abort(reason?: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    for (const listener of this.#listeners) listener()
    this.#listeners = noListeners
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
