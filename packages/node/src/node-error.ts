import { StreamProtocolError } from '@vectrade/core'
import { errorChain } from '@vectrade/core/adapter'

/**
 * Returns the `cause` for the SDK's error, from the value that Node's `fetch` or the reader of its body threw.
 * Node's `fetch` is undici. Only this file knows undici's errors.
 *
 * An `HTTPParserError` has the bytes that could not be parsed in `data`. They may be part of an answer, and printing
 * the SDK's error would print them. So `data` becomes non-enumerable: debuggers still show it, logs do not. The test
 * is "a broken chunk" in `secrets-in-errors.test.ts`.
 *
 * `fetch` wraps the error of our agent (`agents.ts`) in one of its own. That error is unwrapped.
 *
 * @returns the error of our agent, or the thrown value itself
 */
export function toCause(thrown: unknown): unknown {
  if (thrown instanceof TypeError && thrown.cause instanceof StreamProtocolError)
    return thrown.cause
  for (const error of errorChain(thrown)) {
    // The error may be frozen, in which case `Object.defineProperty` would throw.
    if (error['name'] === 'HTTPParserError') {
      Reflect.defineProperty(error, 'data', { enumerable: false })
    }
  }
  return thrown
}
