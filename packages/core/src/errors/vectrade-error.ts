import type { Citation } from '../events/stream-event.ts'
import type { VecTradeErrorCode } from './error-code.ts'

/** What had arrived of an answer when it failed. */
export interface PartialAnswer {
  /** The text so far, `''` if none. */
  text: string
  /** The sources so far. */
  citations: Citation[]
  /** The last event ID in effect, `''` if the server sent none. */
  lastEventId: string
}

/** What every error of this SDK can be given. */
export interface VecTradeErrorOptions {
  cause?: unknown
  requestId?: string | undefined
  retryable?: boolean
}

const brand: unique symbol = Symbol.for('vectrade.error')

/**
 * The base of every error this SDK throws.
 *
 * `instanceof` also holds for errors of another installed copy of the package, where a plain
 * prototype check would fail. This SDK puts no key, prompt or payload into a message.
 */
export class VecTradeError extends Error {
  /** @internal The class as other copies of this package know it; minifiers do not touch it. */
  static readonly errorClass: string = 'VecTradeError'

  /** What went wrong, for programs: stable across versions. */
  readonly code: VecTradeErrorCode
  /** The server's id of the request, where it sent one. */
  declare readonly requestId?: string
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** What had arrived; set once an answer was being read. Not enumerable: it is a payload. */
  declare readonly partial?: PartialAnswer

  constructor(message: string, code: VecTradeErrorCode, options: VecTradeErrorOptions = {}) {
    super(message, options)
    hide(this, 'name', new.target.errorClass)
    hide(this, brand, true)
    this.code = code
    if (options.requestId !== undefined) this.requestId = options.requestId
    this.retryable = options.retryable ?? false
  }

  /**
   * Whether a value is an error of this SDK, from whichever copy of it.
   *
   * @example
   * ```ts
   * import { VecTradeError } from '@vectrade/core'
   *
   * const error: unknown = new TypeError('not ours')
   * VecTradeError.isInstance(error) // false
   * ```
   */
  static isInstance(value: unknown): value is VecTradeError {
    return typeof value === 'object' && value !== null && brand in value
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass made by a user has no name that other copies know: ordinary rules.
    if (!Object.hasOwn(this, 'errorClass')) {
      return Function.prototype[Symbol.hasInstance].call(this, value)
    }
    if (!VecTradeError.isInstance(value)) return false
    for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
      if (at.constructor.errorClass === this.errorClass) return true
    }
    return false
  }

  /** What is safe to log: no payload, no headers, no cause. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      requestId: this.requestId,
      retryable: this.retryable,
    }
  }
}

/** Sets a property that printing and serialising an error leave out. */
export function hide(target: object, name: PropertyKey, value: unknown): void {
  // Not all errors that pass here are ours, nor open to change.
  Reflect.defineProperty(target, name, {
    value,
    configurable: true,
    writable: true,
  })
}

/** Adds what is known of the answer that failed, unless the error has it from nearer to its origin. */
export function setContext(
  error: VecTradeError,
  requestId: string | undefined,
  partial: PartialAnswer,
): void {
  if (error.partial === undefined) hide(error, 'partial', partial)
  if (error.requestId === undefined && requestId !== undefined) Object.assign(error, { requestId })
}
