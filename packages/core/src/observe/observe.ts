import { errorFromThrown } from '../errors/error-from-thrown.ts'
import type { VecTradeError } from '../errors/vectrade-error.ts'
import type { CallWithLimits } from '../http/call.ts'
import type { Abortable } from '../lifetime/abort-source.ts'
import type { AnalysisRequest } from '../options/analysis-request.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import type { CallInfo, CallObserver } from '../options/instrumentation.ts'
import type { CallOutcome } from '../stream/stream-source.ts'
import type { CallWatcher } from './call-watcher.ts'
import { withoutQuery } from './without-query.ts'

/** Sends a call, and returns its source or its answer. */
type SendCall<Result> = (call: CallWithLimits, signal: Abortable) => Promise<Result>

/** A call that is observed if its client has an `instrumentation`, or logs. */
export interface ObservedCall<Result> {
  open: (signal: Abortable) => Promise<Result>
  /** Call this when the call has ended. Undefined if no one observes it. */
  onEnd?: (outcome: CallOutcome) => void
}

/**
 * Lets the client's instrumentation and its logger observe a call.
 *
 * @param request the question, undefined if the call only resumes a stream
 * @param watch makes the watcher see the events of the result
 */
export function observed<Result>(
  call: CallWithLimits,
  operation: CallInfo['operation'],
  request: AnalysisRequest | undefined,
  sendCall: SendCall<Result>,
  watch: (watcher: CallWatcher, result: Result) => Result,
): ObservedCall<Result> {
  const { instrumentation, log } = call
  if (!(instrumentation || log.logger || log.level || log.variable)) {
    return { open: (signal) => sendCall(call, signal) }
  }
  const end = new ObservedEnd()
  return {
    async open(signal) {
      const info: CallInfo = { operation, url: withoutQuery(call.url) }
      const asked: CallInfo = instrumentation?.content ? { ...info, ...request } : info
      // Called before anything is awaited, because a tracer finds its context only until then.
      const begin = attempt(() => instrumentation?.onCall(asked))
      const { CallWatcher } = await import('./call-watcher.ts').catch((cause: unknown) => {
        const error = errorFromThrown(cause, 'connect')
        void markHandled(tellFailure(begin, error))
        throw error
      })
      const watcher = new CallWatcher(begin, info, { log, instrumentation })
      end.reachedBy(watcher)
      return watch(watcher, await sendCall({ ...call, watcher }, signal))
    },
    onEnd: end.reached,
  }
}

/**
 * The end of a call, which may come before its watcher.
 *
 * It lives as long as the stream, so it must not refer to the call, whose prompt may be large. All closures of one
 * function share their variables, so `reached` must not be a closure of {@link observed}.
 */
class ObservedEnd {
  #watcher: CallWatcher | undefined
  #outcome: CallOutcome | undefined

  readonly reached = (outcome: CallOutcome): void => {
    this.#outcome = outcome
    this.#watcher?.end(outcome)
  }

  reachedBy(watcher: CallWatcher): void {
    this.#watcher = watcher
    if (this.#outcome !== undefined) watcher.end(this.#outcome)
  }
}

/** Tells the observer of a call that nothing can watch. Otherwise, a tracer would never end its span. */
async function tellFailure(begin: () => unknown, error: VecTradeError): Promise<unknown> {
  const observer = begin() as CallObserver | undefined
  const nothing = { requestId: undefined, events: 0, metadata: {}, usage: undefined }
  return observer?.onEnd?.({ outcome: 'failed', error, ...nothing })
}

/** Calls a function, and returns a function that returns or throws what it did. */
function attempt<T>(work: () => T): () => T {
  try {
    const result = work()
    return () => result
  } catch (error) {
    return () => {
      throw error
    }
  }
}
