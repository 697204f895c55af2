import { clampTimer } from '../../lifetime/timers.ts'

/** Something that must be checked again from time to time. */
interface Checked {
  readonly check: () => Promise<boolean>
  readonly onRefused: () => void
  /** On the clock of `performance.now()`. */
  dueAt: number
  isPending: boolean
}

/**
 * Repeats checks, each some time after the last one. All share one timer.
 *
 * A check that fails counts as refused, and so does one that is still pending when the next one is due.
 */
export class Reauthorization {
  readonly #ms: number
  /** In the order in which they are due. */
  readonly #queue = new Set<Checked>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param ms the time between two checks. With 0 or Infinity, nothing is checked */
  constructor(ms: number) {
    this.#ms = ms > 0 ? ms : Infinity
  }

  /**
   * Begins to repeat a check. Returns a function that stops it.
   *
   * @param check returns whether to continue
   * @param onRefused called if the check says no. It is not repeated then
   */
  add(check: () => Promise<boolean>, onRefused: () => void): () => void {
    if (this.#ms === Infinity) return () => {}
    const checked = { check, onRefused, isPending: false, dueAt: performance.now() + this.#ms }
    this.#queue.add(checked)
    this.#schedule()
    return () => {
      this.#queue.delete(checked)
      this.#schedule()
    }
  }

  #schedule(): void {
    const [first] = this.#queue
    if (first === undefined) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      return
    }
    const ms = Math.max(0, Math.ceil(first.dueAt - performance.now()))
    this.#timer ??= setTimeout(() => this.#sweep(), clampTimer(ms))
  }

  #sweep(): void {
    this.#timer = undefined
    const now = performance.now()
    const due: Checked[] = []
    for (const checked of this.#queue) {
      // Timers may fire a fraction of a millisecond early.
      if (checked.dueAt > now + 1) break
      due.push(checked)
    }
    for (const checked of due) {
      this.#queue.delete(checked)
      if (checked.isPending) {
        checked.onRefused()
        continue
      }
      checked.dueAt = now + this.#ms
      this.#queue.add(checked)
      void this.#ask(checked)
    }
    this.#schedule()
  }

  async #ask(checked: Checked): Promise<void> {
    checked.isPending = true
    const mayContinue = await checked.check().catch(() => false)
    checked.isPending = false
    if (mayContinue || !this.#queue.delete(checked)) return
    this.#schedule()
    checked.onRefused()
  }
}
