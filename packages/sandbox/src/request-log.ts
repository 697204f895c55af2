import { type KeyHeader, keyHeadersOf } from './key-header.ts'

/**
 * How an exchange ended: everything was sent, the client left, a fault cut it, or the sandbox
 * closed.
 */
export type Closed = 'finished' | 'client' | 'fault' | 'sandbox'

/** The ports of a request's connection, if the server around the handler knows them. */
export interface SandboxConnection {
  /** The server's port. A request with another port in `Host` is refused. */
  localPort?: number | undefined
  /** The client's port. Two requests on the same connection have the same port. */
  remotePort?: number | undefined
}

/** The record of one request and its outcome. It changes until `done` resolves. */
export interface SandboxRequest {
  /** The `X-Request-Id` of the answer. */
  readonly id: string
  /** The HTTP method. */
  readonly method: string
  /** The path with its query. */
  readonly path: string
  /** The headers, with names in lower case. Keys and cookies are replaced by `[redacted]`. */
  readonly headers: Readonly<Record<string, string>>
  /** Which header contained a key, right or wrong. Absent if none did. */
  readonly keyHeader?: KeyHeader | 'both'
  /** The JSON that the client sent. Absent if there was none, or more than 64 KiB of it. */
  readonly body?: unknown
  /** The `Idempotency-Key`, if there is one. */
  readonly idempotencyKey: string | undefined
  /** The number of this attempt, from 1. Absent without an `Idempotency-Key`. */
  readonly attempt?: number
  /** Whether the answer repeats that of an earlier request, so that no analysis ran for this one. */
  readonly replayed: boolean
  /** When the request arrived, in milliseconds since 1970. */
  readonly startedAt: number
  /** The status of the answer. Absent until its headers are sent. */
  readonly status?: number
  /** The message of the error of the sandbox or its model. Absent for errors that a fault asked for. */
  readonly error?: string
  /** How many events were sent. `[DONE]`, heartbeats and frames do not count. */
  readonly eventsSent: number
  /** How many bytes of the body were sent. */
  readonly bytesSent: number
  /** How the exchange ended. Absent until it ends. */
  readonly closed?: Closed
  /** When the exchange ended, in milliseconds since 1970. */
  readonly closedAt?: number
  /** The client's port. Two requests on the same connection have the same port. */
  readonly remotePort: number | undefined
  /** Resolves when the exchange has ended, in whatever way. Never rejects. */
  readonly done: Promise<void>
}

/** A record that can be written. */
export interface Exchange {
  readonly record: { -readonly [Field in keyof SandboxRequest]: SandboxRequest[Field] }
  /** Ends the record. Only the first call has an effect. */
  close(how: Closed): void
}

const mostBodyBytes = 65_536

/** The records of all requests, oldest first. With more than `limit`, the oldest are removed. */
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

/** Returns the body for the log, or `undefined` if the log does not keep it. */
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

// A key may be anywhere in a request, and it may be a real one.
function redact(text: string): string {
  return text.replace(/vq_[\w-]+/g, '[redacted]')
}

function optional(value: string | null, change: (value: string) => string): string | undefined {
  return value === null ? undefined : change(value)
}
