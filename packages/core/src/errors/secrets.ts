import type { Secrets } from './clean.ts'

const credential = /^(?!idem).*(?:auth|cookie|key|pass|secret|sess|token)/
/** The scheme of `authorization`, or the value of most cookies, is shorter. */
const shortest = 7

/**
 * The secrets of a call: its key, and what its headers say of somebody's identity, whole and in parts.
 *
 * @param headers by their names in lower case
 */
export function secretsOf(key: string | undefined, headers: Record<string, string>): Secrets {
  const texts: string[] = []
  for (const [name, value] of Object.entries({ ...headers, key: key ?? '' })) {
    if (credential.test(name)) texts.push(value, ...value.split(/[\s,;=]+/))
  }
  const pattern = texts
    .filter((text) => text.length >= shortest || text === key)
    // One that begins with another one comes before it.
    // oxlint-disable-next-line unicorn/no-array-sort -- of an array of its own; `toSorted` is too new for some browsers
    .sort((a, b) => b.length - a.length)
    .map((text) => text.replace(/\W/g, '\\$&'))
    .join('|')
  return pattern === '' ? undefined : new RegExp(pattern, 'gi')
}
