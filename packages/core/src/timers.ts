import type { Abortable } from './abort-scope.ts'

/** Longer delays overflow the 32-bit timers of every runtime and fire at once. */
const longest = 2 ** 31 - 1

/** A delay, in ms, that `setTimeout` takes at its word. */
export function clampTimer(ms: number): number {
  return Math.min(ms, longest)
}

/** The longest turn, in ms. */
const longestTurn = 1000
/** A program whose timers are always later than this gets no more than so many turns. */
const punctual = 20
const mostTurns = 3

/**
 * Calls `onDue` at a moment that may still move.
 *
 * A program that was busy or asleep finds its timers due before it reads what came in the meantime. So
 * when the moment has passed, the program first gets a turn to read: as long as the timer was late. If
 * the moment has not moved by then, it has come. A program that is late again gets another turn.
 *
 * One timer serves for as long as the deadline moves. Moving it sets no timer, which would cost more than
 * the event that moves it.
 */
export abstract class Deadline {
  #timer: ReturnType<typeof setTimeout> | undefined
  #turns = 0

  /** The moment, on the clock of `performance`. Infinity stops the timer; `start` starts it again. */
  protected abstract dueAt(): number
  protected abstract onDue(): void

  /** Does nothing if the timer is running. */
  start(): void {
    if (this.#timer === undefined) this.#look(performance.now())
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#turns = 0
  }

  /** @param plannedAt the moment for which the timer was set */
  #look(plannedAt: number): void {
    this.#timer = undefined
    const now = performance.now()
    const due = this.dueAt()
    if (due > now) {
      this.#turns = 0
      if (due < Infinity) this.#lookAt(due, now)
      return
    }
    const late = now - Math.max(due, plannedAt)
    const isRead = this.#turns > 0 && (late < punctual || this.#turns === mostTurns)
    if (late === 0 || isRead) {
      this.#turns = 0
      this.onDue()
    } else {
      this.#turns += 1
      this.#lookAt(now + Math.min(late, longestTurn), now)
    }
  }

  #lookAt(moment: number, now: number): void {
    // Whole milliseconds, rounded up: a timer a fraction early would only be set again.
    const ms = clampTimer(Math.ceil(moment - now))
    this.#timer = setTimeout(() => this.#look(moment), ms)
  }
}

class FunctionDeadline extends Deadline {
  protected override readonly dueAt: () => number
  protected override readonly onDue: () => void

  constructor(dueAt: () => number, onDue: () => void) {
    super()
    this.dueAt = dueAt
    this.onDue = onDue
  }
}

/** Calls `onDue` at a {@link Deadline}. Returns how to stop that. */
export function whenDue(dueAt: () => number, onDue: () => void): () => void {
  const deadline = new FunctionDeadline(dueAt, onDue)
  deadline.start()
  return () => deadline.stop()
}

/** Calls `onDue` after so many ms, at a {@link Deadline}; 0 and Infinity never do. Returns how to stop that. */
export function after(ms: number, onDue: () => void): () => void {
  const at = performance.now() + (ms || Infinity)
  return whenDue(() => at, onDue)
}

/** Waits, in ms. @throws the signal's reason as soon as it is aborted, leaving no timer behind. */
export function sleep(ms: number, signal: Abortable): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, clampTimer(ms))
    signal.addEventListener('abort', onAbort)
  })
}

/**
 * The promise's value, or undefined if it has none after so many ms, as a {@link Deadline} has it.
 * Infinity and 0 wait for ever. Leaves no timer behind.
 */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let stop: (() => void) | undefined
  const timedOut = new Promise<undefined>((resolve) => {
    stop = after(ms, () => resolve(undefined))
  })
  try {
    return await Promise.race([promise, timedOut])
  } finally {
    stop?.()
  }
}
