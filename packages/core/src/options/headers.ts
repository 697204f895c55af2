import { ConfigurationError } from '../errors/configuration-error.ts'
import type { FetchHeaders } from './runtime.ts'

/** What `new Headers()` takes, of whatever library: an object, pairs, or `Headers`. */
export type HeaderValues =
  | { readonly [name: string]: string }
  | Iterable<readonly [name: string, value: string]>
  | (FetchHeaders & { forEach(callback: (value: string, name: string) => void): void })

/** Headers about one connection, which are not passed on: RFC 9110, 7.6.1. */
const hopHeader =
  /^(?:connection|http2-settings|keep-alive|proxy-(?:auth.*|connection)|te|trailer|transfer-encoding|upgrade)$/

/** About the bytes of one body, or about a copy of it. */
const bodyHeader =
  /^(?:accept-ranges|age|(?:content-|repr-)?digest|content-(?:encoding|length|md5|range)|etag|last-modified)$/

/**
 * Headers as a caller gave them.
 *
 * @throws ConfigurationError on what cannot be sent, without its value, which may be a secret
 */
function toHeaders(given: HeaderValues): Headers {
  try {
    if (typeof given !== 'object') throw new TypeError('no headers')
    // A value of another kind would go out as a word, such as "undefined", or as the code of a function.
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

/** Whether a header, named in lower case, describes one body, and so no other. */
export function isBodyHeader(name: string): boolean {
  return bodyHeader.test(name)
}

/**
 * The headers of a message that are sent with another body.
 *
 * @throws ConfigurationError on what cannot be sent
 */
export function headersForOtherBody(given: HeaderValues): Headers {
  return without(toHeaders(given), isBodyHeader)
}

/** The headers of a response that is sent on with its body. */
export function headersToSend({ headers, url }: Response): Headers {
  const own = new Headers(headers)
  // A response with an address came from fetch, which decodes the body and leaves the headers alone.
  const isDecoded = Boolean(url) && own.has('content-encoding')
  return without(own, (name) => isDecoded && /^content-(?:encoding|length)$/.test(name))
}

/** Removes the headers about their connection, and those that `isOff` picks. */
function without(headers: Headers, isOff: (name: string) => boolean): Headers {
  const named =
    headers
      .get('connection')
      ?.toLowerCase()
      .split(/[ \t,]+/) ?? []
  const names = [...headers.keys()]
  for (const name of names) {
    if (hopHeader.test(name) || named.includes(name) || isOff(name)) headers.delete(name)
  }
  return headers
}
