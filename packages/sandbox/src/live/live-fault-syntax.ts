import {
  analysisFaults,
  day,
  type FaultKind,
  flag,
  number,
  position,
  text,
} from '../fault-rules.ts'
import { readFault, writeFault } from '../fault-syntax.ts'
import type { LiveFault } from './live-fault.ts'

const shared = analysisFaults.rules

/** The faults of live data. */
export const liveFaults: FaultKind<LiveFault> = {
  rules: {
    times: shared.times,
    whenKeyIn: shared.whenKeyIn,
    delay: shared.delay,
    hang: shared.hang,
    destroy: shared.destroy,
    status: shared.status,
    body: shared.body,
    errorType: shared.errorType,
    errorCode: shared.errorCode,
    message: shared.message,
    retryAfter: shared.retryAfter,
    retryAfterDate: shared.retryAfterDate,
    retryAfterMs: shared.retryAfterMs,
    bodyRetryAfter: shared.bodyRetryAfter,
    shouldRetry: shared.shouldRetry,
    contentType: shared.contentType,
    errorAfterEvents: shared.errorAfterEvents,
    errorShape: shared.errorShape,
    errorMark: shared.errorMark,
    cutAfterEvents: shared.cutAfterEvents,
    cut: shared.cut,
    malformedAfterEvents: shared.malformedAfterEvents,
    unknownAfterEvents: shared.unknownAfterEvents,
    retry: shared.retry,
    heartbeat: shared.heartbeat,
    silentAfterEvents: position,
    gapAfterEvents: position,
    gapReason: text,
    staleCursor: flag,
    eventDelay: number(day),
    kickAfterEvents: position,
  },
  needs: [
    ['cut', ['cutAfterEvents']],
    ['gapReason', ['gapAfterEvents']],
    ['errorShape', ['errorAfterEvents']],
    ['errorMark', ['errorAfterEvents']],
    ['errorFields', ['status', 'body', 'errorCode', 'errorAfterEvents']],
  ],
}

/**
 * Parses the text of a fault of a live connection. The text is written like that of `parseFault`.
 *
 * @throws FaultSyntaxError that names the invalid field
 * @example
 * ```ts
 * import { parseLiveFault } from '@vectrade/sandbox'
 *
 * parseLiveFault('cutAfterEvents=3; cut=rst; times=1') // { cutAfterEvents: 3, cut: 'rst', times: 1 }
 * ```
 */
export function parseLiveFault(source: string): LiveFault {
  return readFault(source, liveFaults)
}

/**
 * Formats a fault of a live connection as text for the `X-Sandbox-Fault` header.
 *
 * @throws FaultSyntaxError if the fault is not valid or a text in it contains a `;`
 * @example
 * ```ts
 * import { formatLiveFault } from '@vectrade/sandbox'
 *
 * formatLiveFault({ gapAfterEvents: 2, gapReason: 'expired' }) // 'gapAfterEvents=2; gapReason=expired'
 * ```
 */
export function formatLiveFault(fault: LiveFault): string {
  return writeFault(fault, liveFaults)
}
