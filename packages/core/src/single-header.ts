import type { FetchHeaders } from './fetch.ts'

/**
 * Returns the value of a header that has one. A proxy may send it once more, which says nothing new. Where the values
 * differ nobody can tell which one holds: undefined, as if it were missing.
 *
 * @param separator default: as `Headers` joins the lines of one name; a URL may have a comma of its own
 */
export function singleHeader(
  headers: FetchHeaders | undefined,
  name: string,
  separator = ', ',
): string | undefined {
  const lines = headers?.get(name)?.split(separator) ?? []
  const values = new Set(lines.map((line) => line.trim()).filter(Boolean))
  return values.size === 1 ? [...values][0] : undefined
}
