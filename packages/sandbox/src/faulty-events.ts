import type { StreamEvent } from '@vectrade/core'
import type { Answer, AnswerEvent } from './answer-event.ts'
import type { Fault } from './faults.ts'
import { spellUsage } from './usage-spelling.ts'

/** An event as it is sent. */
export interface WireEvent {
  type: Exclude<StreamEvent['type'], 'unknown'> | 'reasoning'
  [field: string]: unknown
}

/** Yields the events of an answer as a fault wants them: how many texts, and which `done`. */
export function* faultyEvents(answer: Answer, fault: Fault): Generator<WireEvent | Promise<void>> {
  const { events: count } = fault
  const texts: WireEvent[] = []
  for (const event of answer) {
    if (event instanceof Promise) yield event
    else if (event.type === 'metadata') yield { type: 'metadata', ...event.fields }
    else if (event.type === 'done') {
      for (let sent = texts.length; sent < (count ?? 0); sent += 1) {
        yield texts[sent % texts.length] ?? { type: 'text', content: '' }
      }
      if (!fault.noDoneEvent) yield doneEvent(event, fault)
    } else if (count === undefined) yield event
    else if (event.type === 'text' && texts.length < count) {
      texts.push(event)
      yield event
    }
  }
}

function doneEvent(
  event: Extract<AnswerEvent, { type: 'done' }>,
  { events: count, usage: spelling }: Fault,
): WireEvent {
  const { usage } = event
  // A model's server may not count its tokens.
  if (usage === undefined) return event
  const { prompt_tokens } = usage
  const sent =
    count === undefined
      ? usage
      : { prompt_tokens, completion_tokens: count, total_tokens: prompt_tokens + count }
  return { ...event, usage: spellUsage(sent, spelling) }
}
