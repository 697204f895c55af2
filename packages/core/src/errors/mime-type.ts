/**
 * Returns the MIME type of a `Content-Type` header, without its parameters. If the header was
 * sent more than once, the last valid type that is no wildcard counts. Undefined if there is
 * none.
 *
 * @see https://fetch.spec.whatwg.org/#concept-header-extract-mime-type
 */
export function mimeType(contentType: string): string | undefined {
  let last: string | undefined
  // A comma inside a quoted parameter separates nothing.
  for (const value of contentType.match(/(?:[^",]|"(?:[^"\\]|\\.)*"?)+/gs) ?? []) {
    const type = /^[\t\n\r ]*([\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+)[\t\n\r ]*(?:;|$)/.exec(
      value,
    )
    if (type?.[1] !== undefined && type[1] !== '*/*') last = type[1].toLowerCase()
  }
  return last
}
