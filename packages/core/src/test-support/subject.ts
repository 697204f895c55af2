import type { HandlerOptions, VecTrade } from '../index.ts'

let isSource = false

/** Makes the endpoints of this test file answer from a source in place of a client. Call it before any test. */
export function answerFromSource(): void {
  isSource = true
}

/** Returns the options of an endpoint that asks this client. */
export function answering(client: VecTrade): Pick<HandlerOptions, 'client' | 'source'> {
  if (!isSource) return { client }
  return { source: (question, { signal }) => client.ai.stream(question, { signal }) }
}
