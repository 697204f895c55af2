import { checkOptions, checkThat, type Limit } from './check-options.ts'

/** Makes a limit in ms, which can be a fraction. Unless `most` is given, it can also be Infinity. */
export function milliseconds(initial: number, least = 0, most: number = Infinity): Limit {
  return limit('number of ms', initial, least, most)
}

/** Makes a limit that is a whole number. Unless `most` is given, it can also be Infinity. */
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
 * Checks limits and fills in the missing ones.
 *
 * @param defaults used instead of the limits' own defaults
 * @throws ConfigurationError on a value that is not of the limit's kind
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
