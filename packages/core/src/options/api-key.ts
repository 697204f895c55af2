import { ConfigurationError } from '../errors/configuration-error.ts'
import { type Check, checkThat } from '../lifetime/check-options.ts'

/** Checks for the option, or the value of the environment variable. */
export const checkKey: Check = /* @__PURE__ */ checkThat(
  'a string of visible ASCII characters (no spaces or line breaks), or a function that returns one',
  (value) => typeof value === 'function' || isKey(value),
)

/** Whether a header can carry the key. If fetch refused it, the message of its error would have the key in it. */
export function isKey(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

/** Creates the error of a call without a key. */
export function noKey(): ConfigurationError {
  return new ConfigurationError(
    'No API key: pass the option `apiKey` or set the environment variable VECTRADE_API_KEY ' +
      "(in a page, import '@vectrade/browser' and pass `endpoint`)",
  )
}
