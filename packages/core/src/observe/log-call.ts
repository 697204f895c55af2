import { log, type Logger } from '../lifetime/logger.ts'
import type { CallInfo, CallObserver } from '../options/instrumentation.ts'

let calls = 0

/**
 * Returns the hooks that log a call: its end as `info`, retries as `warn`, and the rest as `debug`.
 *
 * Prompts, payloads, keys and the messages of errors are not logged.
 */
export function logCall(logger: Logger, { operation, url }: CallInfo): CallObserver {
  calls += 1
  const call = calls
  const startedAt = performance.now()
  const elapsed = (): number => Math.round(performance.now() - startedAt)
  let firstTextMs: number | undefined
  let status: number | undefined
  log(logger, 'debug', `vectrade: call ${call} begins (${operation} ${url})`, {
    event: 'call.start',
    call,
    operation,
    url,
  })
  const always: CallObserver = {
    onRetry({ attempt, error: { code }, delay }) {
      const pause = delay === undefined ? 'trying again' : `next in ${Math.round(delay)} ms`
      log(
        logger,
        'warn',
        `vectrade: attempt ${attempt} of call ${call} failed (${code}), ${pause}`,
        {
          event: 'call.retry',
          call,
          attempt,
          code,
          ...(delay !== undefined && { delayMs: Math.round(delay) }),
        },
      )
    },
  }
  // To log the end, all events must be decoded, also those that a relay would pass through.
  if (logger.info === undefined && logger.debug === undefined) return always
  return {
    ...always,
    onAttempt({ attempt, method }) {
      log(logger, 'debug', `vectrade: call ${call} sends attempt ${attempt}`, {
        event: 'call.attempt',
        call,
        attempt,
        method,
      })
    },
    onResponse({ attempt, requestId, ...response }) {
      status = response.status
      log(logger, 'debug', `vectrade: call ${call} got ${status} after ${elapsed()} ms`, {
        event: 'call.response',
        call,
        attempt,
        status,
        requestId,
        ms: elapsed(),
      })
    },
    onFirstText() {
      firstTextMs = elapsed()
      log(logger, 'debug', `vectrade: call ${call} got its first text after ${firstTextMs} ms`, {
        event: 'call.firstText',
        call,
        ms: firstTextMs,
      })
    },
    onEnd({ outcome, error, events, requestId }) {
      const ms = elapsed()
      const how = error === undefined ? outcome : `${outcome} (${error.code})`
      const name = requestId === undefined ? '' : `, request ${requestId}`
      log(logger, 'info', `vectrade: call ${call} ${how}, ${events} events in ${ms} ms${name}`, {
        event: 'call.end',
        call,
        operation,
        outcome,
        code: error?.code,
        status,
        requestId,
        events,
        firstTextMs,
        ms,
      })
    },
  }
}
