import { StreamInterruptedError } from '../errors/connection-error.ts'
import { whenAborted } from '../lifetime/abort-source.ts'
import { forgetCollected, whenCollected } from '../lifetime/finalization.ts'
import { PullIterator } from '../lifetime/pull-iterator.ts'
import { whenDue } from '../lifetime/timers.ts'
import type { NumberedMessage, StoredMessage } from './stream-store.ts'

/** The messages of a stream in order. Any number of readers can begin at any position, at any time. */
export class MessageLog {
  readonly #messages: (StoredMessage | undefined)[] = []
  readonly #isReadOnce: boolean
  #taken = 0
  readonly #waiting = new Set<() => void>()
  #readers = 0
  /** Whether the only reader has left. No one can read the messages any more. */
  #isAbandoned = false
  #ended = false

  /** @param isReadOnce whether there is only one reader. The log then drops the messages that were read. */
  constructor({ isReadOnce = false }: { isReadOnce?: boolean } = {}) {
    this.#isReadOnce = isReadOnce
  }

  /** The number of messages that the only reader has not read yet. */
  get unread(): number {
    return this.#messages.length - this.#taken
  }

  get length(): number {
    return this.#messages.length
  }

  /** The number of readers. */
  get readers(): number {
    return this.#readers
  }

  append(messages: readonly StoredMessage[]): void {
    // Do not spread them. A call can have about 100,000 arguments at most.
    for (const message of messages) this.#messages.push(this.#isAbandoned ? undefined : message)
    this.#wake()
  }

  end(): void {
    this.#ended = true
    this.#wake()
  }

  /**
   * Returns the messages after position `after`, up to the end of the log.
   *
   * @param signal ends the iteration without an error when it is aborted
   * @param deadAt returns when the producer counts as dead, on the clock of `performance.now()`
   * @throws StreamInterruptedError after the last message, if the producer is dead
   */
  read(
    after: number,
    signal?: AbortSignal,
    deadAt: () => number = () => Infinity,
  ): AsyncIterable<NumberedMessage> {
    return { [Symbol.asyncIterator]: () => this.#iterate(after, signal, deadAt) }
  }

  #iterate(
    after: number,
    signal: AbortSignal | undefined,
    deadAt: () => number,
  ): AsyncIterator<NumberedMessage> {
    let position = after
    let isClosed = false
    const token = {}
    let wake: (() => void) | undefined
    const close = (): void => {
      if (isClosed) return
      isClosed = true
      this.#readers -= 1
      if (this.#isReadOnce) {
        this.#isAbandoned = true
        this.#messages.fill(undefined, position)
      }
      forgetCollected(token)
      unlink?.()
      wake?.()
    }
    const ready = (): NumberedMessage | undefined => {
      const message = isClosed ? undefined : this.#messages[position]
      if (message === undefined) return undefined
      if (this.#isReadOnce) this.#messages[position] = undefined
      position += 1
      this.#taken = position
      return { ...message, id: position }
    }
    const wait = async (): Promise<IteratorResult<NumberedMessage, undefined>> => {
      for (;;) {
        const value = ready()
        if (value !== undefined) return { done: false, value }
        if (this.#ended) close()
        if (isClosed) return { done: true, value: undefined }
        if (!(await this.#change(deadAt, (resolve) => (wake = resolve)))) {
          close()
          throw new StreamInterruptedError()
        }
      }
    }
    let unlink: (() => void) | undefined
    this.#readers += 1
    unlink = signal && whenAborted(signal, close)
    const iterator = new PullIterator({ ready, wait, leave: close })
    // The program may drop a response without reading or cancelling it.
    whenCollected(iterator, close, token)
    return iterator
  }

  /**
   * Resolves to true at the next change, or when the reader calls the function that `onWait` gets.
   * Resolves to false at `deadAt`.
   */
  #change(deadAt: () => number, onWait: (resolve: () => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isAlive = true): void => {
        stopTimer()
        this.#waiting.delete(wake)
        resolve(isAlive)
      }
      const wake = (): void => settle()
      const stopTimer = whenDue(deadAt, () => settle(false))
      this.#waiting.add(wake)
      onWait(wake)
    })
  }

  #wake(): void {
    for (const settle of this.#waiting) settle()
  }
}
