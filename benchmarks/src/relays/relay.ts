import type { StreamEvent } from '@vectrade/core'
import type { Payload } from '../payload.ts'

/** One way to send a sequence of events as a response. */
export interface Relay {
  name: string
  start: (events: StreamEvent[]) => Response | Promise<Response>
  /** Whether it cannot end with [DONE], because it would send that as an ordinary event. */
  isEndless?: boolean
}

/** The sequence as a program has it: nothing is known of the next event before it is asked for. */
export async function* produce(events: StreamEvent[]): AsyncGenerator<StreamEvent> {
  yield* events
}

export function toEvents({ events }: Payload): StreamEvent[] {
  return events.map((data): StreamEvent => JSON.parse(data))
}
