import type { ByteStream } from './byte-stream.ts'

/**
 * A WHATWG fetch: the global one, undici's, that of a service binding, or a function of your own
 * around one of them. It is called as `fetch(urlString, init)`.
 *
 * The type asks for what the SDK uses and no more, so that it fits the fetch of every library.
 */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>

/** The second argument of a {@link Fetch}; a new object for each request. */
export interface FetchInit {
  /** `POST` asks, `GET` resumes a stream, `DELETE` stops one. */
  method: 'POST' | 'GET' | 'DELETE'
  /** Names in lower case. */
  headers: Record<string, string>
  /** Redirects are the SDK's to follow: on the same origin only. */
  redirect: 'manual'
  /** Ends the request and the response's body. */
  signal: AbortSignal
  /** JSON. Missing where there is none. */
  body?: string
  /** Missing outside pages. */
  credentials?: FetchCredentials
}

/** Whether a page's cookies are sent along. */
export type FetchCredentials = 'omit' | 'same-origin' | 'include'

/** The parts of a `Response` that the SDK uses. */
export interface FetchResponse {
  /** The HTTP status. */
  readonly status: number
  /** Only `opaqueredirect` counts. */
  readonly type?: string
  /** The headers. */
  readonly headers: FetchHeaders
  /** Missing where fetch cannot stream, as in React Native. */
  readonly body?: ByteStream | null | undefined
  /** Whether the body has been read. */
  readonly bodyUsed?: boolean
}

/** The parts of `Headers` that the SDK uses. */
export interface FetchHeaders {
  get(name: string): string | null
}
