import type { Answer } from './answer-event.ts'
import type { Fault } from './faults.ts'
import { Refusal } from './refusal.ts'
import type { Step } from './stream-steps.ts'
import { spellUsage } from './usage-spelling.ts'

/**
 * Yields the steps of an answer as one JSON object: the waits for its events, then all bytes.
 *
 * @param onFailure called if the answer fails. Returns the JSON that says so.
 */
export function* jsonSteps(
  answer: Answer,
  fault: Fault,
  onFailure: (failure: Refusal) => { data: string },
): Generator<Step, void> {
  let text: string
  try {
    text = JSON.stringify(yield* gather(answer, fault))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    // The headers have been sent with a success status, so only the JSON can tell.
    text = onFailure(error).data
  }
  const cut = fault.malformedAfterEvents !== undefined
  const bytes = new TextEncoder().encode(cut ? text.slice(0, text.length / 2) : text)
  yield { type: 'bytes', bytes }
}

function* gather(answer: Answer, fault: Fault): Generator<Step, Record<string, unknown>> {
  const texts: string[] = []
  const citations: { source: string; url: string }[] = []
  let metadata: Record<string, unknown> = {}
  let usage: Record<string, number> | undefined
  for (const event of answer) {
    if (event instanceof Promise) {
      yield { type: 'pending', ready: event }
      continue
    }
    switch (event.type) {
      case 'text':
        texts.push(event.content)
        break
      case 'citation':
        citations.push({ source: event.source, url: event.url })
        break
      case 'metadata':
        metadata = { ...event.fields }
        break
      case 'done':
        if (event.usage !== undefined) usage = spellUsage(event.usage, fault.usage)
        // Of all fields beside the text, readers keep only these.
        if (event.finish_reason !== undefined) metadata['finish_reason'] = event.finish_reason
        break
      case 'reasoning':
    }
  }
  return { content: texts.join(''), citations, metadata, ...(usage && { usage }) }
}
