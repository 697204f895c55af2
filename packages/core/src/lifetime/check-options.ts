import { ConfigurationError } from '../errors/configuration-error.ts'

/** Throws a ConfigurationError that names the option if the value is wrong. */
export type Check = (name: string, value: unknown) => void

/** The check of an option that is a number. `milliseconds` and `wholeNumber` make one. */
export interface Limit extends Check {
  /** The default of the option. */
  readonly default: number
}

/**
 * A check for each option. A new option does not compile until it has one. The check of a number is a
 * {@link Limit}.
 */
export type Checks<Options> = {
  readonly [Name in keyof Required<Options>]: [Options[Name]] extends [number | undefined]
    ? Limit
    : Check
}

/**
 * Checks the options of a caller.
 *
 * One rule applies to all options: `undefined` is the same as leaving the option out. Any other value,
 * including `null`, must be valid.
 *
 * @param within the name of the option that has these options, if they are nested
 * @throws ConfigurationError that names the option. It does not show the value, which may be a secret.
 */
export function checkOptions<Options extends object>(
  options: Options,
  checks: Checks<Options>,
  within?: string,
): void {
  const names = Object.keys(checks) as (string & keyof Options)[]
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const what = within === undefined ? 'The options' : `\`${within}\``
    throw new ConfigurationError(`${what} must be an object such as { ${names[0]}: … }`)
  }
  for (const name of names) {
    const value = options[name]
    if (value !== undefined) checks[name](within === undefined ? name : `${within}.${name}`, value)
  }
}

/**
 * Makes a check of a condition.
 *
 * @param what completes the sentence "`name` must be …"
 */
export function checkThat(what: string, holds: (value: unknown) => boolean): Check {
  return (name, value) => {
    if (!holds(value)) throw new ConfigurationError(`\`${name}\` must be ${what}`)
  }
}

/** Makes a check for text that matches a pattern. */
export function checkText(what: string, pattern: RegExp): Check {
  return checkThat(what, (value) => typeof value === 'string' && pattern.test(value))
}

/** Whether a value has all of these methods. */
export function hasMethods(value: unknown, ...names: string[]): value is object {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}

/** Checks for a string. */
export const checkString: Check = /* @__PURE__ */ checkThat(
  'a string',
  (value) => typeof value === 'string',
)

/** Checks for `true` or `false`. */
export const checkBoolean: Check = /* @__PURE__ */ checkThat(
  'true or false',
  (value) => typeof value === 'boolean',
)

/** Checks for a function. */
export const checkFunction: Check = /* @__PURE__ */ checkThat(
  'a function',
  (value) => typeof value === 'function',
)

/** Checks for an AbortSignal of any library. */
export const checkSignal: Check = /* @__PURE__ */ checkThat(
  'an AbortSignal, such as `controller.signal`',
  (value) => hasMethods(value, 'addEventListener', 'removeEventListener') && 'aborted' in value,
)

/** Checks for a `Logger`. */
export const checkLogger: Check = /* @__PURE__ */ checkThat(
  'an object with methods such as `warn`: `console` is one',
  (value) => ['debug', 'info', 'warn', 'error'].some((name) => hasMethods(value, name)),
)
