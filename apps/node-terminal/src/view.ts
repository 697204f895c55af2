import type { StreamEvent } from '@vectrade/node'

/** Returns the text to write for each event, and at the end of an answer, complete or not. */
export interface View {
  show(event: StreamEvent): string
  end(): string
}
