/**
 * Returns the value of a header that must have only one. Equal values, as a proxy may add, count
 * once. If the values differ, none can be trusted, and the header counts as missing.
 *
 * @param separator default: as `Headers` joins lines; a bare comma may be part of a URL
 */
export function singleHeader(
  headers: Pick<Headers, 'get'> | undefined,
  name: string,
  separator = ', ',
): string | undefined {
  const lines = headers?.get(name)?.split(separator) ?? []
  const values = new Set(lines.map((line) => line.trim()).filter(Boolean))
  return values.size === 1 ? [...values][0] : undefined
}
