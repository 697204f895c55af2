import { StreamProtocolError } from '@vectrade/core'

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
  for (const error of chainOf(thrown)) {
    // The error may be frozen, in which case `Object.defineProperty` would throw.
    if (error.name === 'HTTPParserError') {
      Reflect.defineProperty(error, 'data', { enumerable: false })
    }
  }
  return thrown
}

interface ErrorLike {
  name?: unknown
  cause?: unknown
}

/** Returns an error and its causes. The causes may form a circle, so only the first five errors are returned. */
function chainOf(thrown: unknown): ErrorLike[] {
  const chain: ErrorLike[] = []
  // The error may come from another realm, so `instanceof Error` would not do.
  for (let at = thrown; isObject(at) && chain.length < 5; at = at.cause) chain.push(at)
  return chain
}

function isObject(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null
}
