import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type AnalysisStream,
  pipeToResponse,
  type StreamEvent,
  toNodeHandler,
  toResponse,
} from '@vectrade/node'

type Events = AnalysisStream | AsyncIterable<StreamEvent>
export type Helper = (
  events: () => Events,
  req: IncomingMessage,
  res: ServerResponse,
) => Promise<void>

/** The ways to answer a request of Node's with events. */
export const helpers: Record<string, Helper> = {
  pipeToResponse: (events, req, res) => pipeToResponse(events(), res, { req }),
  toResponse: (events, req, res) => toNodeHandler(() => toResponse(events()))(req, res),
  'toResponse with the signal': (events, req, res) =>
    toNodeHandler(({ signal }) => toResponse(events(), { signal }))(req, res),
}

export function text(content: string): StreamEvent {
  return { type: 'text', content }
}

/** Timers that keep the process alive. */
export function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}
