import { type KeyHeader, keyHeadersOf } from './key-header.ts'

/** How an exchange ended: all was sent, the client left, a fault cut it, or the sandbox closed. */
export type Closed = 'finished' | 'client' | 'fault' | 'sandbox'

/** Where a request came in, as far as the server around the handler knows it. */
export interface SandboxConnection {
  /** The server's own port: a `Host` with another one is refused. */
  localPort?: number | undefined
  /** The client's port: equal on two requests that shared a connection. */
  remotePort?: number | undefined
}

/** One request the sandbox got, and what became of it. The record is live: it changes until `done`. */
export interface SandboxRequest {
  /** What the answer's `X-Request-Id` says. */
  readonly id: string
  /** The HTTP method. */
  readonly method: string
  /** With its query. */
  readonly path: string
  /** Names in lower case; keys and cookies are replaced by `[redacted]`. */
  readonly headers: Readonly<Record<string, string>>
  /** Which header carried a key, right or wrong; absent where there was none. */
  readonly keyHeader?: KeyHeader | 'both'
  /** The JSON the client sent; absent where it sent none, or more than 64 KiB. */
  readonly body?: unknown
  /** The `Idempotency-Key`; undefined without one. */
  readonly idempotencyKey: string | undefined
  /** Which request with this `Idempotency-Key` it is, from 1; absent without one. */
  readonly attempt?: number
  /** Whether the answer is that of an earlier request: no analysis ran for this one. */
  readonly replayed: boolean
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Absent until the headers are out. */
  readonly status?: number
  /** Events handed to the connection, without `[DONE]`, heartbeats and frames. */
  readonly eventsSent: number
  /** Bytes of the body handed to the connection. */
  readonly bytesSent: number
  /** Absent while the exchange lasts. */
  readonly closed?: Closed
  /** Milliseconds since 1970. */
  readonly closedAt?: number
  /** The client's port: equal on two requests that shared a connection. */
  readonly remotePort: number | undefined
  /** Resolves when the exchange is over, however it ended; never rejects. */
  readonly done: Promise<void>
}

/** The writing side of a record. */
export interface Exchange {
  readonly record: { -readonly [Field in keyof SandboxRequest]: SandboxRequest[Field] }
  /** Ends the record; only the first call counts. */
  close(how: Closed): void
}

const mostBodyBytes = 65_536

/** What the sandbox was asked, oldest first; the oldest records go once there are `limit`. */
export class RequestLog {
  readonly records: SandboxRequest[] = []
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  open(request: Request, connection: SandboxConnection): Exchange {
    let resolve: (() => void) | undefined
    const done = new Promise<void>((settle) => {
      resolve = settle
    })
    const { pathname, search } = new URL(request.url)
    const record: Exchange['record'] = {
      id: `req_${crypto.randomUUID()}`,
      method: request.method,
      path: redact(pathname + search),
      headers: redactedHeaders(request.headers),
      ...keyHeader(request.headers),
      idempotencyKey: optional(request.headers.get('idempotency-key'), redact),
      replayed: false,
      startedAt: Date.now(),
      eventsSent: 0,
      bytesSent: 0,
      remotePort: connection.remotePort,
      done,
    }
    this.records.push(record)
    if (this.records.length > this.#limit) this.records.shift()
    return {
      record,
      close: (how) => {
        if (record.closed !== undefined) return
        record.closed = how
        record.closedAt = Date.now()
        resolve?.()
      },
    }
  }
}

function keyHeader(headers: Headers): Pick<SandboxRequest, 'keyHeader'> {
  const [first, second] = keyHeadersOf(headers)
  if (first === undefined) return {}
  return { keyHeader: second === undefined ? first : 'both' }
}

/** The body as the log keeps it, or `undefined` where it keeps none. */
export function loggedBody(text: string | undefined): unknown {
  if (text === undefined || text.length > mostBodyBytes) return undefined
  try {
    return JSON.parse(text, (_name, value: unknown) =>
      typeof value === 'string' ? redact(value) : value,
    )
  } catch {
    return undefined
  }
}

function redactedHeaders(headers: Headers): Record<string, string> {
  const redacted: Record<string, string> = {}
  for (const [name, value] of headers) redacted[name] = redactedHeader(name, value)
  return redacted
}

function redactedHeader(name: string, value: string): string {
  if (name === 'authorization' || name === 'proxy-authorization') {
    const scheme = /^(Bearer|Basic)\s/i.exec(value)?.[1]
    return scheme === undefined ? '[redacted]' : `${scheme} [redacted]`
  }
  return name === 'x-api-key' || name === 'cookie' ? '[redacted]' : redact(value)
}

// A key may turn up where none belongs, and it may be the real one of somebody who tried it here.
function redact(text: string): string {
  return text.replace(/vq_[\w-]+/g, '[redacted]')
}

function optional(value: string | null, change: (value: string) => string): string | undefined {
  return value === null ? undefined : change(value)
}
