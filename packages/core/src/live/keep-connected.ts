import { APIError } from '../errors/api-error.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import type { Abortable } from '../lifetime/abort-source.ts'
import type { Reconnection } from '../resume/reconnection.ts'
import type { FeedSink } from './feed-source.ts'

/** How often to try before a first connection was open. After that, there is no limit. */
const maxFirstAttempts = 5
/** With these statuses, the server says that it will not serve this feed. */
const finalStatuses: ReadonlySet<number | undefined> = /* @__PURE__ */ new Set([401, 403, 404])

/** An open connection. */
export interface LiveConnection {
  /** Rejects when the connection is lost. Resolves when the server has said that the feed has ended. */
  readonly ended: Promise<void>
}

/**
 * Connects again and again, until the signal is aborted, the server ends the feed, or a failure is final.
 *
 * There is only one connection, attempt or pause at a time.
 *
 * @param connect opens a connection. When `signal` is aborted, the `ended` of the connection must settle.
 */
export async function keepConnected(
  connect: (signal: Abortable) => Promise<LiveConnection>,
  sink: Pick<FeedSink, 'onOpen' | 'onLost' | 'onEnd'>,
  reconnection: Reconnection,
  signal: Abortable,
): Promise<void> {
  let firstAttempts = 0
  let wasOpen = false
  for (;;) {
    try {
      const connection = await reconnection.attempt(connect)
      wasOpen = true
      sink.onOpen()
      await connection.ended
      return signal.aborted ? undefined : sink.onEnd(undefined)
    } catch (error) {
      if (signal.aborted) return
      firstAttempts += 1
      const isGivenUp = !wasOpen && firstAttempts >= maxFirstAttempts
      if (!VecTradeError.isInstance(error)) throw error
      if (isFinal(error) || isGivenUp) return sink.onEnd(error)
      sink.onLost(error)
      await reconnection.pause(error).catch(() => {})
      if (signal.aborted) return
    }
  }
}

function isFinal(error: VecTradeError): boolean {
  if (error instanceof ConfigurationError) return true
  if (!(error instanceof APIError)) return false
  // An error inside a stream has no status, but its class tells.
  return finalStatuses.has(error.status ?? statusOfClass(error))
}

function statusOfClass({ code }: APIError): number | undefined {
  if (code === 'authentication_error') return 401
  return code === 'not_found' ? 404 : undefined
}
