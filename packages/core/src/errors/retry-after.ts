import { decimal } from './number-header.ts'
import type { ResponseHeader } from './response-headers.ts'

/**
 * Returns the seconds that a server asks to wait: from `retry-after-ms`, otherwise from `Retry-After` in seconds or as
 * a date.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterSeconds(headers: Headers, now: number = Date.now()): number | undefined {
  const ms = longestOf(headers, 'retry-after-ms', decimal)
  if (ms !== undefined) return ms / 1000
  return longestOf(headers, 'retry-after', (value) => decimal(value) ?? secondsUntil(value, now))
}

/** Returns the longest wait in a repeated header. A client that comes back too soon is refused again. */
function longestOf(
  headers: Headers,
  name: ResponseHeader,
  read: (value: string) => number | undefined,
): number | undefined {
  // A date has a comma too, after the name of the day.
  const values =
    headers
      .get(name)
      ?.slice(0, 1_000)
      .match(/\s*[a-z]+, [^,]+|[^,]+/gi) ?? []
  const waits = values.map((value) => read(value.trim())).filter((wait) => wait !== undefined)
  return waits.length === 0 ? undefined : Math.max(...waits)
}

function secondsUntil(value: string, now: number): number | undefined {
  // A date in the format of C's `asctime` names no time zone. Date.parse would take the local one.
  const inUTC = value.replace(/:\d\d \d{4}$/, '$& GMT')
  // Date.parse reads '-5' and many other texts as dates. An HTTP date has the names of the day and the month.
  const date = /[a-z]{3}/i.test(value) ? Date.parse(inUTC) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000)
}
