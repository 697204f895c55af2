import type { Citation } from '../events/stream-event.ts'
import type { VecTradeErrorCode } from './error-code.ts'

/** The part of an answer that had arrived when it failed. */
export interface PartialAnswer {
  /** The text so far; `''` if there is none. */
  text: string
  /** The sources so far. */
  citations: Citation[]
  /** The ID of the last event; `''` if the server sent no IDs. */
  lastEventId: string
}

/** Options of the constructors of this SDK's errors. */
export interface VecTradeErrorOptions {
  /** The error that led to this one. */
  cause?: unknown
  /** The server's id of the request. */
  requestId?: string | undefined
  /** Whether the same call may succeed later. Default: depends on the class. */
  retryable?: boolean
}

const brand: unique symbol = Symbol.for('vectrade.error')

/**
 * The base class of all errors that this SDK throws.
 *
 * `instanceof` works even if the error comes from another installed copy of the package. No message contains an API
 * key. What the SDK writes itself contains no prompt and no part of an answer, but what a server says may quote them.
 */
export class VecTradeError extends Error {
  /** @internal The name of the class. Minifiers do not change it, so other copies of this package know it. */
  static readonly errorClass: string = 'VecTradeError'

  /** Tells programs what went wrong. Each class has a code of its own, which later versions keep. */
  readonly code: VecTradeErrorCode
  /** The server's id of the request, if it sent one. VecTrade's support asks for it. */
  declare readonly requestId?: string
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /**
   * The part of the answer that had arrived. Set if the answer had begun. It is not enumerable, so printing the error
   * leaves it out.
   */
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
   * Returns whether a value is an error of this SDK, even if it comes from another installed copy.
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
    // Other copies do not know a subclass that a user made, so the usual rules apply.
    if (!Object.hasOwn(this, 'errorClass')) {
      return Function.prototype[Symbol.hasInstance].call(this, value)
    }
    if (!VecTradeError.isInstance(value)) return false
    for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
      if (at.constructor.errorClass === this.errorClass) return true
    }
    return false
  }

  /** Returns the fields that are safe to log. `partial`, `details`, `headers` and `cause` are left out. */
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

/** Sets a property that printing and `JSON.stringify` leave out. */
export function hide(target: object, name: PropertyKey, value: unknown): void {
  // The object may be frozen, in which case `Object.defineProperty` would throw.
  Reflect.defineProperty(target, name, {
    value,
    configurable: true,
    writable: true,
  })
}

/**
 * Adds the request id and the part of the answer that had arrived. It keeps the values that the error already has,
 * because they were set closer to the failure.
 */
export function setContext(
  error: VecTradeError,
  requestId: string | undefined,
  partial: PartialAnswer,
): void {
  if (error.partial === undefined) hide(error, 'partial', partial)
  if (error.requestId === undefined && requestId !== undefined)
    Reflect.set(error, 'requestId', requestId)
}
