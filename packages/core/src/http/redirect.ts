import { clean, type Secrets } from '../errors/clean.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import type { FetchResponse } from '../options/runtime.ts'
import { readResponse } from './response.ts'
import { singleHeader } from '../errors/single-header.ts'

/** One request on the wire. */
export interface Hop {
  url: string
  method: 'POST' | 'GET' | 'DELETE'
  body: string | undefined
}

/** As many as fetch itself would follow. */
export const maxRedirects = 20

/** What a redirect's status does to the request, as fetch has it. */
const redirects = new Map<number, 'keep' | 'get'>([
  [301, 'get'],
  [302, 'get'],
  [303, 'get'],
  [307, 'keep'],
  [308, 'keep'],
])

/**
 * Where a response redirects to, undefined when it does not.
 *
 * Redirects are not left to fetch, which would hand a key in any header but `Authorization`, the
 * event ID and the prompt to whatever origin the server names.
 *
 * @throws ConnectionError when it leads to another origin, or nowhere
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export function nextHop(response: FetchResponse, from: Hop, secrets: Secrets): Hop | undefined {
  const change = redirects.get(response.status)
  if (change === undefined && response.type !== 'opaqueredirect') return undefined
  const { requestId } = readResponse(response, secrets)
  if (response.type === 'opaqueredirect') {
    throw refused('a redirect, which this runtime hides', requestId)
  }
  const location = singleHeader(response.headers, 'location')
  if (location === undefined) {
    throw refused('a redirect that names no location, or several', requestId)
  }
  let target
  try {
    target = new URL(withOrigin(location, from.url), from.url)
  } catch {
    throw refused('a redirect to something that is no URL', requestId)
  }
  if (target.origin !== new URL(from.url).origin) {
    throw refused(
      `a redirect to another origin (${clean(target.origin, secrets)}), to which neither key nor prompt is sent`,
      requestId,
    )
  }
  // As text, because React Native's URL has no setters.
  const url = target.href.replace(/^(https?:\/\/)[^/\\?#]*@/, '$1')
  if (change === 'keep') return { ...from, url }
  return { url, method: 'GET', body: undefined }
}

/** React Native's URL puts a path after the whole base. Two slashes begin a host. */
function withOrigin(location: string, base: string): string {
  return /^\/(?![/\\])/.test(location) ? new URL(base).origin + location : location
}

export function refused(what: string, requestId?: string): ConnectionError {
  return new ConnectionError(
    `The server answered with ${what}: set \`baseURL\`, or \`endpoint\`, to where it leads`,
    'redirect',
    { requestId },
  )
}
