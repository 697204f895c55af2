import { type Check, checkOptions, checkThat, type Limit } from './check-options.ts'

/**
 * Makes the check of an option in ms. The value can be a fraction, or Infinity.
 *
 * @param initial the default of the option
 */
export function milliseconds(initial: number): Limit {
  const check = checkThat('a number of ms, 0 or more', (value) => isNumber(value) && value >= 0)
  return withDefault(initial, check)
}

/** Makes the check of an option in ms that has a smallest and a largest value. */
export function millisecondsBetween(initial: number, least: number, most: number): Limit {
  const check = checkThat(
    `a number of ms from ${least} to ${most}`,
    (value) => isNumber(value) && value >= least && value <= most,
  )
  return withDefault(initial, check)
}

/**
 * Makes the check of an option that counts something. The value is a whole number, or Infinity.
 *
 * @param initial the default of the option
 * @param least the smallest value
 */
export function wholeNumber(initial: number, least = 0): Limit {
  const check = checkThat(
    `a whole number, ${least} or more`,
    (value) => value === Infinity || (isWhole(value) && value >= least),
  )
  return withDefault(initial, check)
}

/** Makes the check of an option that is a whole number with a smallest and a largest value. */
export function wholeNumberBetween(initial: number, least: number, most: number): Limit {
  const check = checkThat(
    `a whole number from ${least} to ${most}`,
    (value) => isWhole(value) && value >= least && value <= most,
  )
  return withDefault(initial, check)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value)
}

function withDefault(initial: number, check: Check): Limit {
  return Object.assign(check, { default: initial })
}

/**
 * Checks options that are numbers and fills in the missing ones.
 *
 * @param defaults used instead of the defaults of `limits`
 * @throws ConfigurationError that names the option and the kind of number that it must be
 */
export function resolveLimits<Name extends string>(
  limits: { readonly [N in Name]: Limit },
  given: { readonly [N in NoInfer<Name>]?: number | undefined },
  defaults: { readonly [N in NoInfer<Name>]?: number } = {},
): { [N in Name]: number } {
  checkOptions<object>(given, limits)
  const names = Object.keys(limits) as Name[]
  return Object.fromEntries(
    names.map((name) => [name, given[name] ?? defaults[name] ?? limits[name].default]),
  ) as { [N in Name]: number }
}
