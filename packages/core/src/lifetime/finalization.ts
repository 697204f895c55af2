/**
 * Undefined in runtimes without `FinalizationRegistry`. Workers have neither it nor `WeakRef` before the
 * compatibility date 2025-05-05.
 */
const registry =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : /* @__PURE__ */ new FinalizationRegistry<() => void>((end) => {
        try {
          end()
        } catch {
          // In workerd, a request cannot end what another request has opened. workerd ends that itself.
        }
      })

/**
 * Calls `end` some time after the program has dropped an object, perhaps minutes later. A connection that
 * nothing can read or close any more would stay open otherwise.
 *
 * @param end must not refer to the object, because that would keep the object alive
 * @param token the token for {@link forgetCollected}
 */
export function whenCollected(object: object, end: () => void, token: object = object): void {
  registry?.register(object, end, token)
}

/** Undoes {@link whenCollected}. Call it when there is nothing more to end. */
export function forgetCollected(token: object): void {
  registry?.unregister(token)
}

/**
 * A weak reference to an object, for listeners and timers that must not keep the object alive.
 *
 * The caller's signal may live for hours. If a listener on it referred to a stream, the stream would never be
 * collected after the program has dropped it, and its connection would stay open. A callback from `bind`
 * refers to the handle only, and does nothing once the object is collected. While work is pending, set `held`.
 * Then the timer or promise that continues the work keeps the object alive, because it refers to the handle.
 * In a runtime without `WeakRef`, the reference is always strong.
 */
export class WeakHandle<T extends object> {
  /** Keeps the object alive as long as anything refers to the handle. Undefined when no work is pending. */
  held: T | undefined
  readonly #object: Pick<WeakRef<T>, 'deref'>

  constructor(object: T) {
    this.#object = typeof WeakRef === 'undefined' ? { deref: () => object } : new WeakRef(object)
  }

  /**
   * Returns a callback that calls `work` with the object, or does nothing once the object is collected.
   *
   * @param work must reach the object through its parameter only
   */
  bind<A extends unknown[]>(
    work: (object: T, ...parameters: A) => void,
  ): (...parameters: A) => void {
    return (...parameters) => {
      const object = this.#object.deref()
      if (object !== undefined) work(object, ...parameters)
    }
  }
}
