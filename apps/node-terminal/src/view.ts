import type { StreamEvent } from '@vectrade/node'

/** One way to show an answer: what to write for each event, and at its end, complete or not. */
export interface View {
  show(event: StreamEvent): string
  end(): string
}
