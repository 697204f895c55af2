import { ConfigurationError } from '../errors/configuration-error.ts'
import type { FetchHeaders } from './runtime.ts'

/** What `new Headers()` takes: an object, pairs, or the `Headers` of any library. */
export type HeaderValues =
  | { readonly [name: string]: string }
  | Iterable<readonly [name: string, value: string]>
  | (FetchHeaders & { forEach(callback: (value: string, name: string) => void): void })

/**
 * Headers about one connection, which are not passed on.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
 */
const hopHeader =
  /^(?:connection|http2-settings|keep-alive|proxy-(?:auth.*|connection)|te|trailer|transfer-encoding|upgrade)$/

/** Headers about the bytes of one body, or about a copy of it. */
const bodyHeader =
  /^(?:accept-ranges|age|(?:content-|repr-)?digest|content-(?:encoding|length|md5|range)|etag|last-modified)$/

/**
 * Copies headers from a caller.
 *
 * @throws ConfigurationError on a header that cannot be sent. It names no value, which may be a secret.
 */
function toHeaders(given: HeaderValues): Headers {
  try {
    if (typeof given !== 'object') throw new TypeError('no headers')
    // Any other value would be sent as text, such as "undefined" or the source of a function.
    const name = given instanceof Headers ? undefined : nameWithoutValue(given)
    if (name === undefined) return new Headers(given as ConstructorParameters<typeof Headers>[0])
    throw new ConfigurationError(`\`headers\` must have a string for \`${name}\`, or leave it out`)
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    throw new ConfigurationError(
      '`headers` must be what `new Headers()` takes: only Latin-1, no line breaks',
    )
  }
}

/** Returns the name of the first header whose value is not text, a number or a boolean. */
function nameWithoutValue(given: HeaderValues): string | undefined {
  const pairs = Symbol.iterator in given ? [...given] : Object.entries(given)
  // An entry that is not a pair has no name to report. It may be a credential.
  return (pairs as [string, unknown][]).find(
    (pair) => pair.length === 2 && !['string', 'number', 'boolean'].includes(typeof pair[1]),
  )?.[0]
}

/** Whether a header can have this name. */
export function isHeaderName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name)
}

/**
 * Whether a header describes the bytes of one body, so that it is wrong for any other.
 *
 * @param name in lower case
 */
export function isBodyHeader(name: string): boolean {
  return bodyHeader.test(name)
}

/**
 * Returns the headers of a message that are also true for another body on another connection.
 *
 * @throws ConfigurationError on a header that cannot be sent
 */
export function headersForOtherBody(given: HeaderValues): Headers {
  return without(toHeaders(given), isBodyHeader)
}

/**
 * Returns the headers to send with the body of a response. Leaves out headers about the connection that it
 * came on, and about an encoding that fetch has already decoded.
 */
export function headersToSend({ headers, url }: Response): Headers {
  const own = new Headers(headers)
  // A response with a URL came from fetch, which decodes bodies but keeps the headers about the encoding.
  const isDecoded = Boolean(url) && own.has('content-encoding')
  return without(own, (name) => isDecoded && /^content-(?:encoding|length)$/.test(name))
}

/** Removes headers about their connection, and those that `isUnwanted` picks. */
function without(headers: Headers, isUnwanted: (name: string) => boolean): Headers {
  const named =
    headers
      .get('connection')
      ?.toLowerCase()
      .split(/[ \t,]+/) ?? []
  const names = [...headers.keys()]
  for (const name of names) {
    if (hopHeader.test(name) || named.includes(name) || isUnwanted(name)) headers.delete(name)
  }
  return headers
}
