import type { AnalysisStream, StreamEvent } from '@vectrade/node'

/** The outcome of a stream: its events and its error. */
export interface Outcome {
  events: StreamEvent[]
  text: string
  error: unknown
}

export async function outcomeOf(stream: AnalysisStream): Promise<Outcome> {
  const events: StreamEvent[] = []
  let error: unknown
  try {
    for await (const event of stream) events.push(event)
  } catch (thrown) {
    error = thrown
  }
  return { events, text: events.map(({ content }) => content).join(''), error }
}
