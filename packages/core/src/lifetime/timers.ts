import { type Abortable, whenAborted } from './abort-source.ts'

/** In ms. A longer delay overflows the 32-bit timers of the runtimes and fires at once. */
const maxDelay = 2 ** 31 - 1

/** Returns the delay, in ms, or the longest one that `setTimeout` can handle. */
export function clampTimer(ms: number): number {
  return Math.min(ms, maxDelay)
}

/** The longest extra turn, in ms. */
const maxTurn = 1000
/** A timer that is late by less than this, in ms, counts as on time. */
const tolerance = 20

/**
 * Calls `onDue` at a moment that can move while the program waits for it.
 *
 * A program that was busy or asleep has bytes to read, and these bytes may move the moment. But its timers fire
 * before it reads them. So a timer that fires late does not call `onDue` at once. It first waits again, for as
 * long as it was late, and the program reads in this extra turn. If the moment has not moved by then, `onDue` is
 * called. If the extra turn also ends late, another one follows.
 *
 * A deadline has one timer. When the moment moves, that timer still fires at the old moment and is then set
 * again. A new timer for each move would cost more than the event that causes the move.
 */
export abstract class Deadline {
  #timer: ReturnType<typeof setTimeout> | undefined
  #turns = 0

  /**
   * Returns the moment, on the clock of `performance.now()`. Infinity stops the timer until `start` is called
   * again.
   */
  protected abstract dueAt(): number
  /** Called once the moment has passed. */
  protected abstract onDue(): void

  /** The largest number of extra turns, even if the timer is late each time. */
  protected get maxTurns(): number {
    return 3
  }

  /** Starts the timer. Does nothing if it is already running. */
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
    const hadTurn = this.#turns > 0 && late < tolerance
    if (late === 0 || hadTurn || this.#turns >= this.maxTurns) {
      this.#turns = 0
      this.onDue()
    } else {
      this.#turns += 1
      this.#lookAt(now + Math.min(late, maxTurn), now)
    }
  }

  #lookAt(moment: number, now: number): void {
    // Round up to whole milliseconds. A timer that fires a fraction early would only be set again.
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

/** Calls `onDue` at the moment of `dueAt`, as a {@link Deadline} does. Returns a function that stops it. */
export function whenDue(dueAt: () => number, onDue: () => void): () => void {
  const deadline = new FunctionDeadline(dueAt, onDue)
  deadline.start()
  return () => deadline.stop()
}

/**
 * Calls `onDue` after `ms` milliseconds, as a {@link Deadline} does. With 0 or Infinity, it is never called.
 * Returns a function that stops it.
 */
export function after(ms: number, onDue: () => void): () => void {
  const at = performance.now() + (ms || Infinity)
  return whenDue(() => at, onDue)
}

/** Waits `ms` milliseconds. If the signal is aborted, rejects with its reason. Leaves no timer running. */
export function sleep(ms: number, signal?: Abortable): Promise<void> {
  return new Promise((resolve, reject) => {
    let unlink: (() => void) | undefined
    const timer = setTimeout(() => {
      unlink?.()
      resolve()
    }, clampTimer(ms))
    if (signal === undefined) return
    unlink = whenAborted(signal, () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}

/**
 * Returns the value of the promise, or undefined if the promise is still pending after `ms` milliseconds, or when the
 * signal is aborted. With 0 or Infinity, it waits without a limit. Leaves no timer running.
 */
export function within<T>(
  promise: Promise<T>,
  ms: number,
  signal?: Abortable,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let unlink: (() => void) | undefined
    const stopTimer = after(ms, () => end())
    const leave = (): void => {
      stopTimer()
      unlink?.()
    }
    const end = (value?: T): void => {
      leave()
      resolve(value)
    }
    if (signal) unlink = whenAborted(signal, () => end())
    promise.then(end, (error: unknown) => {
      leave()
      reject(error)
    })
  })
}
