import type { ByteStream } from '../lifetime/byte-stream.ts'

/**
 * A WHATWG fetch: the global one, undici's, that of a service binding, or your own function around one of
 * them. It is called as `fetch(urlString, init)`.
 *
 * The type asks only for what the SDK uses, so that the fetch of every library fits.
 */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>

/** The second argument of a {@link Fetch}. Each request gets a new object. */
export interface FetchInit {
  /** `POST` asks, `GET` resumes a stream, `DELETE` stops one. */
  method: 'POST' | 'GET' | 'DELETE'
  /** The headers. Names are in lower case. */
  headers: Record<string, string>
  /** The SDK follows redirects itself, and only on the same origin. */
  redirect: 'manual'
  /** Aborting it ends the request and the response's body. */
  signal: AbortSignal
  /** JSON. Missing if the request has no body. */
  body?: string
  /** Missing outside pages. */
  credentials?: FetchCredentials
}

/** Whether a page's cookies are sent with a request. */
export type FetchCredentials = 'omit' | 'same-origin' | 'include'

/** The parts of a `Response` that the SDK uses. */
export interface FetchResponse {
  /** The HTTP status. */
  readonly status: number
  /** The SDK only looks for `opaqueredirect`. */
  readonly type?: string
  /** The headers. */
  readonly headers: FetchHeaders
  /** Missing if fetch cannot stream, as in React Native. */
  readonly body?: ByteStream | null | undefined
  /** Whether the body has been read. */
  readonly bodyUsed?: boolean
}

/** The parts of `Headers` that the SDK uses. */
export interface FetchHeaders {
  get(name: string): string | null
}

/** What a runtime supplies to the client. Core itself uses only what all runtimes have, such as `fetch`. */
export interface RuntimeDefaults {
  /**
   * The name in `User-Agent: vectrade-<name>/<version>`. `false` sends no `User-Agent`, for runtimes where
   * programs may not set it. Default `core`.
   */
  name?: string | false
  /** Reads an environment variable. Default: there are no variables. */
  env?: (name: string) => string | undefined
  /** Returns the URL that a relative `endpoint` is resolved against. Default: `endpoint` must be absolute. */
  base?: () => string | undefined
  /** Tells when the network is back, on devices that go offline or to sleep. Default: unknown. */
  network?: Network
  /** Whether a page's cookies are sent. Default: what the runtime's fetch does. */
  credentials?: FetchCredentials | undefined
  /** Sends requests if the caller passes no `fetch`. Default: the global `fetch`. */
  fetch?: Fetch | undefined
  /**
   * Opens a WebSocket for live data. Its handshake must send the headers, which include the key. Default: there are no
   * such WebSockets, so a client with a key has live data over HTTP only.
   */
  openSocket?: OpenSocket | undefined
  /**
   * Takes what `fetch` or the reader of a body threw. Returns the `cause` of the SDK's error. Printing an error also prints its
   * causes, so a runtime hides here what its HTTP client adds to them. Default: the thrown value itself.
   */
  toCause?: ((thrown: unknown) => unknown) | undefined
}

/** What a runtime knows about its network. Streams that can be resumed use it to time their attempts. */
export interface Network {
  /** Returns whether the runtime believes that it has a network. */
  isOnline: () => boolean
  /**
   * Calls the listener when the program wakes up or is online again. `isNew` is true if the network may
   * have changed, which kills older connections. Returns a function that removes the listener.
   */
  onWake: (listener: (isNew: boolean) => void) => () => void
}

/**
 * Opens a WebSocket whose handshake sends headers. The socket may still be connecting. The signal is aborted when the
 * SDK no longer wants it. The SDK closes a socket that is returned later.
 */
export type OpenSocket = (
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
) => LiveSocket | Promise<LiveSocket>

/** The parts of a `WebSocket` that the SDK uses. */
export interface LiveSocket {
  /** 0 is connecting, 1 is open. Any higher value is closed. */
  readonly readyState: number
  /** Set to `arraybuffer`. */
  binaryType?: string
  /** Sends a text message. */
  send(data: string): void
  /** Closes the socket, also while it connects. */
  close(): void
  /** `message` events have the text, or its bytes in an ArrayBuffer, in `data`. */
  addEventListener(type: SocketEvent, listener: (event: { data?: unknown }) => void): void
  /** Removes a listener. */
  removeEventListener(type: SocketEvent, listener: (event: { data?: unknown }) => void): void
}

/** The events of a {@link LiveSocket}. */
export type SocketEvent = 'open' | 'message' | 'close' | 'error'
