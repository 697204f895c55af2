/** Not in every runtime: Workers have neither this nor WeakRef before their compatibility date of 2025-05-05. */
const registry =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : /* @__PURE__ */ new FinalizationRegistry<() => void>((end) => {
        try {
          end()
        } catch {
          // workerd does not let one request end what another one opened, and ends that itself.
        }
      })

/**
 * Ends what belongs to an object that the program has dropped, be it minutes later: a connection that
 * nobody can read or close any more would stay open.
 *
 * @param end must not refer to the object, which it would keep
 * @param token what `forgetCollected` gets
 */
export function whenCollected(object: object, end: () => void, token: object = object): void {
  registry?.register(object, end, token)
}

/** For what has ended by itself. */
export function forgetCollected(token: object): void {
  registry?.unregister(token)
}

/** A reference that does not keep its object from being dropped, but while that is held. */
export class WeakHandle<T extends object> {
  held: T | undefined
  readonly #object: Pick<WeakRef<T>, 'deref'>

  constructor(object: T) {
    this.#object = typeof WeakRef === 'undefined' ? { deref: () => object } : new WeakRef(object)
  }

  /**
   * Gives what does the work to the object, if there still is one.
   *
   * @param work must get to the object by its parameter alone
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
