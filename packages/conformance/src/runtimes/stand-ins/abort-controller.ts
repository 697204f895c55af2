const { AbortController: Whole } = globalThis

/**
 * Stands in for the AbortController of React Native before 0.87 (abort-controller 3.0.0), which
 * drops the reason. Unlike there, the signal is one of the runtime, so `fetch` accepts it.
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
