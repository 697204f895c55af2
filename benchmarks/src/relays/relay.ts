import type { StreamEvent } from '@vectrade/core'
import type { Payload } from '../payload.ts'

/** One way to send a sequence of events as a response. */
export interface Relay {
  name: string
  start: (events: StreamEvent[]) => Response | Promise<Response>
  /** Whether it has no way to say [DONE]: to it that would be an event like any other. */
  isEndless?: boolean
}

/** The sequence as a program has it: nothing is known of the next event before it is asked for. */
export async function* produce(events: StreamEvent[]): AsyncGenerator<StreamEvent> {
  yield* events
}

export function toEvents({ events }: Payload): StreamEvent[] {
  return events.map((data): StreamEvent => JSON.parse(data))
}
