import type { Answer } from '../payload.ts'

/** One way to read a stream of Server-Sent Events with JSON in them. */
export interface Reader {
  name: string
  /** Whether it drops messages that have no name. */
  needsName?: boolean
  read(response: Response): Promise<Answer>
}

/** Adds up what the events of a stream hold, as a program that shows them would. */
export async function addUp(events: AsyncIterable<unknown>): Promise<Answer> {
  const answer = { events: 0, text: '', sources: '' }
  for await (const event of events) {
    const { type, content, source } = event as Record<string, string | undefined>
    answer.events += 1
    if (type === 'text') answer.text += content
    else if (type === 'citation') answer.sources += source
  }
  return answer
}
