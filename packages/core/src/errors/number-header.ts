import type { ResponseHeader } from './response-headers.ts'
import { singleHeader } from './single-header.ts'

/** Returns the number in a header that must have only one; undefined if it is not a plain decimal number. */
export function numberHeader(
  headers: Headers | undefined,
  name: ResponseHeader,
): number | undefined {
  return decimal(singleHeader(headers, name, ',') ?? '')
}

/** Parses a decimal number without a sign or an exponent. Returns undefined for any other text. */
export function decimal(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}
