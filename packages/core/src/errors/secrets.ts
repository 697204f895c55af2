import type { Secrets } from './clean.ts'

const credential = /auth|cookie|key|pass|secret|sess|token/
/** The length of the shortest secret. A scheme such as `Bearer` and most cookie values are shorter. */
const shortest = 7

/**
 * Returns the secrets of a call: its key, and the values of headers with credentials, whole and in parts.
 *
 * @param headers the headers of the call; their names are in lower case
 */
export function secretsOf(key: string | undefined, headers: Record<string, string>): Secrets {
  const texts: string[] = []
  for (const [name, value] of [...Object.entries(headers), ['key', key ?? ''] as const]) {
    const isCredential = name !== 'idempotency-key' && credential.test(name)
    if (isCredential) texts.push(value, ...value.split(/[\s,;=]+/))
  }
  const pattern = texts
    .filter((text) => text.length >= shortest || text === key)
    // Longer texts come first, because one may begin with another.
    // oxlint-disable-next-line unicorn/no-array-sort -- `filter` made a new array, and `toSorted` is too new for some browsers
    .sort((a, b) => b.length - a.length)
    .map((text) => text.replace(/\W/g, '\\$&'))
    .join('|')
  return pattern === '' ? undefined : new RegExp(pattern, 'gi')
}
