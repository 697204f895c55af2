import { nextFrame } from './next-frame.ts'

/**
 * Holds the snapshot of a store, and tells subscribers when there is a new one.
 *
 * After it is disposed of, the snapshot stays as it is, and no subscriber is called.
 */
export class Publisher<Snapshot> {
  readonly #subscribers = new Set<{ readonly call: () => void }>()
  readonly #make: () => Snapshot
  #snapshot: Snapshot
  #isDisposed = false
  /** Prevents the pending call of {@link now}. Undefined if none is pending. */
  #cancel: (() => void) | undefined

  /** @param make returns the snapshot of the current state */
  constructor(make: () => Snapshot) {
    this.#make = make
    this.#snapshot = make()
  }

  get isDisposed(): boolean {
    return this.#isDisposed
  }

  get snapshot(): Snapshot {
    return this.#snapshot
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    const subscriber = { call: listener }
    this.#subscribers.add(subscriber)
    return () => void this.#subscribers.delete(subscriber)
  }

  /** Publishes the state with the next frame. */
  soon(): void {
    if (!this.#isDisposed) this.#cancel ??= nextFrame(() => this.now())
  }

  /** Publishes the state. */
  now(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#isDisposed) return
    this.#snapshot = this.#make()
    for (const subscriber of Array.from(this.#subscribers)) {
      // The one before may have unsubscribed it.
      if (this.#subscribers.has(subscriber)) callListener(subscriber.call)
    }
  }

  dispose(): void {
    this.#isDisposed = true
    this.#cancel?.()
    this.#subscribers.clear()
  }
}

/** Calls a function of the program. An error that it throws is uncaught, as in an event listener. */
export function callListener(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
