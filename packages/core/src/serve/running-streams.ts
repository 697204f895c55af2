import { Refusal } from './refusal.ts'

/** Counts the running streams of each owner in one handler. */
export class RunningStreams {
  readonly #max: number | undefined
  readonly #refuse: (max: number) => Refusal
  readonly #counts = new Map<string, number>()

  /**
   * @param max the most streams of one owner; undefined for no limit
   * @param refuse creates the refusal for an owner with too many
   */
  constructor(max: number | undefined, refuse: (max: number) => Refusal = tooManyStreams) {
    this.#max = max
    this.#refuse = refuse
  }

  /**
   * Counts one more stream. Returns a function to call when the stream ends. Further calls have no effect.
   *
   * @throws Refusal if the owner has too many streams
   */
  enter(owner: string): () => void {
    if (this.#max === undefined) return uncounted
    const running = this.#counts.get(owner) ?? 0
    if (running >= this.#max) throw this.#refuse(this.#max)
    this.#counts.set(owner, running + 1)
    let isRunning = true
    return () => {
      if (!isRunning) return
      isRunning = false
      const others = (this.#counts.get(owner) ?? 1) - 1
      if (others > 0) this.#counts.set(owner, others)
      else this.#counts.delete(owner)
    }
  }
}

const uncounted = (): void => {}

/** Creates the refusal for an owner with too many running streams. */
export function tooManyStreams(max: number | undefined): Refusal {
  return new Refusal(
    429,
    `You have ${max} answers running, which is the limit: wait for one to end, or stop one`,
  )
}
