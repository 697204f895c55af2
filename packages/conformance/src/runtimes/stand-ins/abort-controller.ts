const { AbortController: Whole } = globalThis

/**
 * What React Native has in place of AbortController before 0.87 (abort-controller 3.0.0): it drops the reason. `fetch`
 * gets a signal of the runtime all the same.
 */
export class BareAbortController {
  readonly #controller = new Whole()

  get signal(): AbortSignal {
    const { signal } = this.#controller
    Object.defineProperty(signal, 'reason', { value: undefined, configurable: true })
    return signal
  }

  abort(): void {
    this.#controller.abort()
  }
}
