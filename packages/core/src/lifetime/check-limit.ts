import { checkOptions, checkThat, type Limit } from './check-options.ts'

/**
 * Makes the check of an option in ms. Fractions are allowed, and Infinity is if there is no `most`.
 *
 * @param initial the default of the option
 * @param least the smallest value, 0 by default
 * @param most the largest value, Infinity by default
 */
export function milliseconds(initial: number, least = 0, most: number = Infinity): Limit {
  return limit('number of ms', initial, least, most)
}

/**
 * Makes the check of an option that is a whole number. Infinity is allowed if there is no `most`.
 *
 * @param initial the default of the option
 * @param least the smallest value, 0 by default
 * @param most the largest value, Infinity by default
 */
export function wholeNumber(initial: number, least = 0, most: number = Infinity): Limit {
  return limit('whole number', initial, least, most)
}

function limit(
  kind: 'number of ms' | 'whole number',
  initial: number,
  least: number,
  most: number,
): Limit {
  const range = most === Infinity ? `, ${least} or more` : ` from ${least} to ${most}`
  const check = checkThat(`a ${kind}${range}`, (value) => {
    if (typeof value !== 'number' || !(value >= least && value <= most)) return false
    return kind === 'number of ms' || value === Infinity || Number.isInteger(value)
  })
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
