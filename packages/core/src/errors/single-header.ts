import type { ResponseHeader } from './response-headers.ts'

/**
 * Returns the value of a header that must have only one. A proxy may repeat a value, so equal values count once. If the
 * values differ, none of them can be trusted, and the header counts as missing.
 *
 * @param separator separates the values. Default: `', '`, with which `Headers` joins lines. A comma alone would also
 *   split a URL
 */
export function singleHeader(
  headers: Pick<Headers, 'get'> | undefined,
  name: ResponseHeader | 'last-event-id' | 'location',
  separator = ', ',
): string | undefined {
  const lines = headers?.get(name)?.split(separator) ?? []
  const values = new Set(lines.map((line) => line.trim()).filter(Boolean))
  return values.size === 1 ? [...values][0] : undefined
}
