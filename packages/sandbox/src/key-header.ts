import { membersOf } from './members-of.ts'

/** A header that can carry the API key: `X-API-Key`, or `Authorization: Bearer`. */
export type KeyHeader = 'x-api-key' | 'bearer'

/** All headers that can carry the API key. */
export const keyHeaders: readonly KeyHeader[] = membersOf<KeyHeader>({
  'x-api-key': true,
  bearer: true,
})

/** Returns which headers of a request contain a key, right or wrong. */
export function keyHeadersOf(headers: Headers): KeyHeader[] {
  const found: KeyHeader[] = []
  if (headers.has('x-api-key')) found.push('x-api-key')
  if (/^bearer\b/i.test(headers.get('authorization') ?? '')) found.push('bearer')
  return found
}
