import { clean, type Secrets } from '../errors/clean.ts'
import { ConnectionError } from '../errors/connection-error.ts'
import type { FetchResponse } from '../options/runtime.ts'
import { streamResponseOf } from './stream-response.ts'
import { singleHeader } from '../errors/single-header.ts'

/** One request of an attempt. A redirect leads to the next one. */
export interface Hop {
  url: string
  method: 'POST' | 'GET' | 'DELETE'
  body: string | undefined
}

/** How many redirects to follow: as many as fetch would. */
export const maxRedirects = 20

const hidden = 'opaqueredirect'

/** Whether a response is a redirect, even if the runtime hides where it leads. */
export function isRedirect({ status, type }: FetchResponse): boolean {
  return type === hidden || [301, 302, 303, 307, 308].includes(status)
}

/**
 * Returns the request that a redirect asks for.
 *
 * If fetch followed redirects, it would send the prompt and all headers but `Authorization` to any origin
 * that the server names.
 *
 * @throws ConnectionError on a redirect to another origin, or to no URL
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export function nextHop(response: FetchResponse, from: Hop, secrets: Secrets): Hop {
  const { status, requestId } = streamResponseOf(response, secrets)
  if (response.type === hidden) throw refused('a redirect to a hidden address', requestId)
  const location = singleHeader(response.headers, 'location')
  if (location === undefined) {
    throw refused('a redirect that names no location, or several', requestId)
  }
  let target
  try {
    target = new URL(withOrigin(location, from.url), from.url)
  } catch {
    throw refused('a redirect to an invalid URL', requestId)
  }
  if (target.origin !== new URL(from.url).origin) {
    throw refused(
      `a redirect to another origin (${clean(target.origin, secrets)}), to which neither key nor prompt is sent`,
      requestId,
    )
  }
  // Takes out user name and password. React Native's URL has no setters for them.
  const url = target.href.replace(/^(https?:\/\/)[^/\\?#]*@/, '$1')
  // 303 asks for a GET. So do 301 and 302 after a POST. The other redirects repeat the request.
  const isGet = status === 303 || (status < 303 && from.method === 'POST')
  return isGet ? { url, method: 'GET', body: undefined } : { ...from, url }
}

/** Adds the origin to a path, because React Native's URL appends paths to the whole base. */
function withOrigin(location: string, base: string): string {
  // Two slashes begin a host.
  return /^\/(?![/\\])/.test(location) ? new URL(base).origin + location : location
}

/** Creates the error of a redirect that is not followed. */
export function refused(what: string, requestId?: string): ConnectionError {
  return new ConnectionError(
    `The server answered with ${what}. Set \`baseURL\` or \`endpoint\` to an address that does not redirect`,
    'redirect',
    { requestId },
  )
}
