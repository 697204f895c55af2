/**
 * Returns the MIME type of a `Content-Type` header, without its parameters; undefined if there is none. If the header
 * was sent more than once, the last valid type counts, unless it is a wildcard.
 *
 * @see https://fetch.spec.whatwg.org/#concept-header-extract-mime-type
 */
export function mimeType(contentType: string): string | undefined {
  let last: string | undefined
  // A comma inside a quoted parameter does not separate types.
  for (const value of contentType.match(/(?:[^",]|"(?:[^"\\]|\\.)*"?)+/gs) ?? []) {
    const type = /^[\t\n\r ]*([\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+)[\t\n\r ]*(?:;|$)/.exec(
      value,
    )
    if (type?.[1] !== undefined && type[1] !== '*/*') last = type[1].toLowerCase()
  }
  return last
}
