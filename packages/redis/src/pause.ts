/** A wait that can be ended early. */
export class Pause {
  #isWoken = false
  #isOver = false
  #end: (() => void) | undefined

  /** Waits. Returns at once if {@link wake} was called since the last wait. */
  async wait(ms: number): Promise<void> {
    if (!this.#isWoken && !this.#isOver) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        this.#end = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#end = undefined
    }
    this.#isWoken = false
  }

  /** Ends the wait. If there is none, the next one ends at once. */
  wake(): void {
    this.#isWoken = true
    this.#end?.()
  }

  /** Ends the wait and all later ones. */
  stop(): void {
    this.#isOver = true
    this.#end?.()
  }
}
