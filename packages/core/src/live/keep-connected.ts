import { errorFromThrown } from '../errors/error-from-thrown.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { Abortable } from '../lifetime/abort-source.ts'
import { type Logger, warn } from '../lifetime/logger.ts'
import type { Reconnection } from '../resume/reconnection.ts'
import type { FeedSink } from './feed-source.ts'
import { isFinal } from './is-final.ts'

/** The most attempts to open the first connection of a feed. Later attempts have no limit. */
export const maxFirstAttempts = 5

/** An open connection. */
export interface LiveConnection {
  /** Rejects when the connection is lost. */
  readonly ended: Promise<never>
}

/** How to keep a feed connected. */
export interface KeepConnectedOptions {
  /**
   * Opens a connection, or returns undefined if the server says that the feed has ended. When `signal` is aborted, the
   * `ended` of the connection must settle.
   */
  connect: (signal: Abortable) => Promise<LiveConnection | undefined>
  sink: Pick<FeedSink, 'onOpen' | 'onEnd'> & {
    /** The connection is lost, or an attempt has failed. */
    onLost(error: VecTradeError): void
  }
  reconnection: Reconnection
  signal: Abortable
  logger: Logger | undefined
}

/**
 * Connects again and again, until the signal is aborted, the server ends the feed, or a failure is final. Never rejects.
 *
 * There is only one connection, attempt or pause at a time.
 */
export async function keepConnected(options: KeepConnectedOptions): Promise<void> {
  const { connect, sink, reconnection, signal, logger } = options
  let firstAttempts = 0
  let wasOpen = false
  for (;;) {
    try {
      const connection = await reconnection.attempt(connect)
      if (signal.aborted) return
      if (connection === undefined) return sink.onEnd(undefined)
      wasOpen = true
      sink.onOpen()
      await connection.ended
    } catch (thrown) {
      if (signal.aborted) return
      firstAttempts += 1
      const error = errorFromThrown(thrown, 'connect')
      const isGivenUp = !wasOpen && firstAttempts >= maxFirstAttempts
      if (isFinal(error, wasOpen) || isGivenUp) return sink.onEnd(error)
      warn(logger, `vectrade: live data is not connected (${error.code}), trying again`, {
        event: 'live.retry',
        code: error.code,
      })
      sink.onLost(error)
      await reconnection.pause(error).catch(() => {})
      if (signal.aborted) return
    }
  }
}
