import { type Abortable, whenAborted } from './abort-source.ts'

/** Longer delays overflow the 32-bit timers of every runtime and fire at once. */
const longest = 2 ** 31 - 1

/** A delay, in ms, that `setTimeout` takes at its word. */
function clampTimer(ms: number): number {
  return Math.min(ms, longest)
}

/** The longest extra turn, in ms. */
const longestTurn = 1000
/** A timer that is less late than this, in ms, counts as on time. */
const punctual = 20

/**
 * Calls `onDue` at a moment that may still move.
 *
 * After a program was busy or asleep, its timers fire before it reads the bytes that arrived in the
 * meantime. So when the moment has passed, the program first gets an extra turn to read. The turn lasts as
 * long as the timer was late. Then `onDue` is called, unless the moment has moved. If the timer of the turn
 * is late too, the program gets another turn.
 *
 * A deadline has one timer. Moving the deadline sets no new timer, because that would cost more than the
 * event that moves it.
 */
export abstract class Deadline {
  #timer: ReturnType<typeof setTimeout> | undefined
  #turns = 0

  /** The moment, on the clock of `performance`. Infinity stops the timer; `start` starts it again. */
  protected abstract dueAt(): number
  protected abstract onDue(): void

  /** The most extra turns, even if the timer is late every time. */
  protected get mostTurns(): number {
    return 3
  }

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
    const isRead = this.#turns > 0 && late < punctual
    if (late === 0 || isRead || this.#turns >= this.mostTurns) {
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

/** Calls `onDue` at a {@link Deadline}. Returns a function that stops it. */
export function whenDue(dueAt: () => number, onDue: () => void): () => void {
  const deadline = new FunctionDeadline(dueAt, onDue)
  deadline.start()
  return () => deadline.stop()
}

/**
 * Calls `onDue` at a {@link Deadline} after so many ms; 0 and Infinity never do. Returns a function that
 * stops it.
 */
export function after(ms: number, onDue: () => void): () => void {
  const at = performance.now() + (ms || Infinity)
  return whenDue(() => at, onDue)
}

/** Waits so many ms. @throws the signal's reason when it is aborted. Leaves no timer running. */
export function sleep(ms: number, signal: Abortable): Promise<void> {
  return new Promise((resolve, reject) => {
    let unlink: (() => void) | undefined
    const timer = setTimeout(() => {
      unlink?.()
      resolve()
    }, clampTimer(ms))
    unlink = whenAborted(signal, () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}

/**
 * Returns the promise's value, or undefined if the promise is still pending at a {@link Deadline} after so
 * many ms. Infinity and 0 wait for ever. Leaves no timer running.
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
