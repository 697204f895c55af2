import { isDeepStrictEqual } from 'node:util'

/** Returns undefined if a value equals, as JSON, an expected one. Otherwise returns both as text. */
export function difference(value: unknown, expected: readonly unknown[]): string | undefined {
  const found = JSON.stringify(value)
  const possible = expected.map((each) => JSON.stringify(each))
  if (possible.includes(found)) return undefined
  // Fields may come in another order.
  const isSame = possible.some((each) => isDeepStrictEqual(JSON.parse(found), JSON.parse(each)))
  return isSame ? undefined : `got ${found}\n  expected ${possible[0]}`
}
