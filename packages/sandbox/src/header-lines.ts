/** The value of a header, or one value for each line in which the header is sent. */
export type HeaderLines = string | readonly string[]

const kept = new WeakMap<Response, Readonly<Record<string, HeaderLines>>>()

/** Remembers which headers of a response must be sent in several lines. */
export function keepHeaderLines(
  response: Response,
  headers: Readonly<Record<string, HeaderLines>>,
): void {
  kept.set(response, headers)
}

/**
 * Returns the headers of a response with their lines. `Headers` joins the values of one name with
 * commas, so a server needs this function to send them in separate lines.
 */
export function headerLinesOf(response: Response): Map<string, string | string[]> {
  const lines = new Map<string, string | string[]>(response.headers)
  for (const [name, values] of Object.entries(kept.get(response) ?? {})) {
    const known = name.toLowerCase()
    if (typeof values !== 'string' && lines.has(known)) lines.set(known, [...values])
  }
  return lines
}
