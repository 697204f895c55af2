/** A header's value, or several: one for each line in which the header is sent. */
export type HeaderLines = string | readonly string[]

const kept = new WeakMap<Response, Readonly<Record<string, HeaderLines>>>()

/** Remembers which headers of a response are to be sent in lines of their own. */
export function keepHeaderLines(
  response: Response,
  headers: Readonly<Record<string, HeaderLines>>,
): void {
  kept.set(response, headers)
}

/**
 * Returns the headers of a response as they are to be sent. `Headers` joins the values of one name
 * with commas, so that only a server that asks here can send them in lines of their own.
 */
export function headerLinesOf(response: Response): Map<string, string | string[]> {
  const lines = new Map<string, string | string[]>(response.headers)
  for (const [name, values] of Object.entries(kept.get(response) ?? {})) {
    const known = name.toLowerCase()
    if (typeof values !== 'string' && lines.has(known)) lines.set(known, [...values])
  }
  return lines
}
