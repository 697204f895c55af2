import { ConfigurationError } from '../errors/configuration-error.ts'
import type { EventTypes } from '../events/own-event.ts'
import type { OtherEvent, StreamEvent } from '../events/stream-event.ts'
import type { AnalysisRequest } from '../options/analysis-request.ts'
import type { BeginAnswer } from '../stream/iterable-source.ts'
import type { StreamOpener } from '../stream/stream-source.ts'
import { AnalysisStream } from '../stream/stream.ts'
import { handlerChecks, type HandlerOptions } from './handler-options.ts'
import { report } from './respond.ts'

/** Answers a question. The stream asks at its first use, and aborting the signal ends it. */
export type Answerer = (
  question: AnalysisRequest,
  request: Request,
  signal: AbortSignal,
) => AnalysisStream<StreamEvent | OtherEvent>

/**
 * Returns what answers the questions of an endpoint.
 *
 * @throws ConfigurationError if the options have both a `client` and a `source`, or neither
 */
export function answererOf(options: HandlerOptions<EventTypes>): Answerer {
  const { client, source, events, idleTimeout } = options
  if (client !== undefined && source === undefined) {
    return (question, _, signal) => client.ai.stream(question, { signal, events, idleTimeout })
  }
  if (source !== undefined && client === undefined) {
    const reading = {
      events,
      idleTimeout: idleTimeout ?? handlerChecks.idleTimeout.default,
      onFault: (error: unknown) => report(error, options),
    }
    return (question, request, signal) => {
      const begin: BeginAnswer = (unread) => source(question, { request, signal: unread })
      const open: StreamOpener['open'] = async (scope) => {
        const { openIterable } = await import('../stream/iterable-source.ts')
        return openIterable(begin, reading, scope)
      }
      return new AnalysisStream({ open }, { signal })
    }
  }
  throw new ConfigurationError('Pass createHandler either a `client` or a `source`')
}
