import type { ByteStream } from '../lifetime/byte-stream.ts'

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

/** What a runtime supplies; the core asks nothing of its own accord. */
export interface RuntimeDefaults {
  /** As in `User-Agent: vectrade-<name>/<version>`; `false` where programs may not set it. Default `core`. */
  name?: string | false
  /** Reads an environment variable. Default: there are none. */
  env?: (name: string) => string | undefined
  /** What a relative `endpoint` is resolved against. Default: it has to be absolute. */
  base?: () => string | undefined
  /** Where the network comes and goes, and programs are put to sleep. */
  network?: Network
  /** Whether a page's cookies go along. Default: as the runtime's fetch has it. */
  credentials?: FetchCredentials | undefined
  /** Sends requests if the caller passes no `fetch`. Default: the global `fetch`. */
  fetch?: Fetch | undefined
  /**
   * Maps what `fetch`, or reading a body, threw to the `cause` of the SDK's error. Printing an error also prints its
   * causes, so a runtime hides here what its HTTP client adds to them. Default: the thrown value itself.
   */
  toCause?: ((thrown: unknown) => unknown) | undefined
}

/** What a runtime knows of its network; streams that can be resumed go by it. */
export interface Network {
  /** Whether the runtime believes that it has a network. */
  isOnline: () => boolean
  /**
   * Calls the listener when the program has been woken, or is online again (`isNew`), and gives what
   * to call to end that.
   */
  onWake: (listener: (isNew: boolean) => void) => () => void
}
