import { ConfigurationError, StreamProtocolError } from '@vectrade/core'
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
 * A dispatcher and a `fetch` of different versions of undici may not fit together. undici then says that a method is
 * invalid, although the user has written none. That becomes a `ConfigurationError`, which is not retried. The test is
 * `other-dispatchers.test.ts`.
 *
 * @returns the error of our agent, a `ConfigurationError`, or the thrown value itself
 */
export function toCause(thrown: unknown): unknown {
  if (thrown instanceof TypeError && thrown.cause instanceof StreamProtocolError)
    return thrown.cause
  for (const error of errorChain(thrown)) {
    if (isOfOtherDispatcher(error))
      return new ConfigurationError(otherDispatcher(), { cause: thrown })
    // The error may be frozen, in which case `Object.defineProperty` would throw.
    if (error['name'] === 'HTTPParserError') {
      Reflect.defineProperty(error, 'data', { enumerable: false })
    }
  }
  return thrown
}

/** Whether a dispatcher has refused the handler that a `fetch` gave it. undici has no error code of its own for this. */
function isOfOtherDispatcher({ code, message }: Record<string, unknown>): boolean {
  return code === 'UND_ERR_INVALID_ARG' && /^invalid on[A-Z]\w* method$/.test(String(message))
}

function otherDispatcher(): string {
  const version = process.versions['undici']
  const own = version === undefined ? '' : ` (Node's own fetch is undici ${version})`
  return (
    `The \`dispatcher\` is of another version of undici than the \`fetch\` that gets it${own}: ` +
    'import `fetch` from the package that the dispatcher comes from, and pass it in the option `fetch`'
  )
}
