import { decimal } from './number-header.ts'

/**
 * Seconds the server asks to wait: `retry-after-ms`, then `Retry-After` in seconds or as a date.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterSeconds(headers: Headers, now: number = Date.now()): number | undefined {
  const ms = longestOf(headers, 'retry-after-ms', decimal)
  if (ms !== undefined) return ms / 1000
  return longestOf(headers, 'retry-after', (value) => decimal(value) ?? secondsUntil(value, now))
}

/** The longest wait in a repeated header: a client that comes too soon is refused again. */
function longestOf(
  headers: Headers,
  name: string,
  read: (value: string) => number | undefined,
): number | undefined {
  // A date has a comma of its own, after the name of the day.
  const values =
    headers
      .get(name)
      ?.slice(0, 1_000)
      .match(/\s*[a-z]+, [^,]+|[^,]+/gi) ?? []
  const waits = values.map((value) => read(value.trim())).filter((wait) => wait !== undefined)
  return waits.length === 0 ? undefined : Math.max(...waits)
}

function secondsUntil(value: string, now: number): number | undefined {
  // Date.parse takes '-5' and much else for a date; an HTTP date names its day and month.
  const date = /[a-z]{3}/i.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000)
}
