import type { EncodableMessage } from '@vectrade/core'
import type { Cut } from '../connection-cut.ts'
import { errorMessage } from '../error-message.ts'
import type { LiveFault } from './live-fault.ts'
import type { LiveMessage, LiveReader } from './live-reader.ts'

/** What a connection does next, over either wire. It ends after `error`, `kick` and `cut`. */
export type LiveAction =
  | { type: 'event'; event: LiveMessage['event']; id?: string }
  /** A message that the protocol does not have. */
  | { type: 'raw'; message: EncodableMessage & { data: string } }
  | { type: 'error'; message: EncodableMessage & { data: string } }
  | { type: 'heartbeat' }
  /** Waits for the market. A change of the symbols ends the wait. */
  | { type: 'idle'; ms: number }
  | { type: 'wait'; ms: number }
  | { type: 'kick'; reason: string }
  | { type: 'cut'; cut: Cut }

/**
 * Yields what a connection does, with the fault applied. Each action is made only when it is asked
 * for, so the pace is that of the connection.
 *
 * @param heartbeat ms of silence before a heartbeat. 0 sends none.
 */
export function* liveActions(
  reader: LiveReader,
  fault: LiveFault,
  heartbeat: number,
): Generator<LiveAction, void> {
  const every = (fault.heartbeat ?? heartbeat) || Infinity
  let sentAt = performance.now()
  for (let position = 0; ; position += 1) {
    if (yield* disturb(position, fault, reader)) return
    let message = reader.take()
    while (message === undefined) {
      const due = sentAt + every - performance.now()
      if (due <= 0) {
        yield { type: 'heartbeat' }
        sentAt = performance.now()
      } else {
        yield { type: 'idle', ms: Math.min(due, reader.untilNext()) }
      }
      message = reader.take()
    }
    if (fault.eventDelay !== undefined) yield { type: 'wait', ms: fault.eventDelay }
    yield { type: 'event', ...message }
    sentAt = performance.now()
  }
}

/** Yields what the fault inserts at this position. Returns `true` if the connection ends there. */
function* disturb(
  position: number,
  fault: LiveFault,
  reader: LiveReader,
): Generator<LiveAction, boolean> {
  if (position === fault.malformedAfterEvents) {
    yield { type: 'raw', message: { data: '{"type":"quote.update","symbol":"NV' } }
  }
  if (position === fault.unknownAfterEvents) {
    yield { type: 'raw', message: { data: '{"type":"halt.announced","symbol":"NVDA"}' } }
  }
  if (position === fault.gapAfterEvents) {
    const since = reader.lastId === '' ? {} : { since: reader.lastId }
    yield { type: 'event', event: { type: 'gap', reason: fault.gapReason ?? 'upstream', ...since } }
  }
  if (position === fault.silentAfterEvents) yield { type: 'wait', ms: Infinity }
  if (position === fault.errorAfterEvents) {
    const message = 'Simulated failure in the middle of a feed'
    yield { type: 'error', message: errorMessage({ message, ...fault }) }
    return true
  }
  if (position === fault.kickAfterEvents) {
    yield { type: 'kick', reason: 'A newer connection has taken the place of this one' }
    return true
  }
  if (position === fault.cutAfterEvents) {
    yield { type: 'cut', cut: fault.cut ?? 'fin' }
    return true
  }
  return false
}
