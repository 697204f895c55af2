import { createParser } from 'eventsource-parser'
import type { Answer } from '../payload.ts'

/** Reads a response to its end, as a server's socket does. */
export async function readBytes(response: Response): Promise<Uint8Array[]> {
  const chunks = []
  const reader = response.body!.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return chunks
    chunks.push(value)
  }
}

/** What a page would make of the bytes. Not timed. @throws where they do not end as they should */
export async function decodeAnswer(
  chunks: Uint8Array[],
  { isComplete }: { isComplete: boolean },
): Promise<Required<Answer>> {
  const answer = { events: 0, text: '', sources: '' }
  let isOver = false
  const parser = createParser({
    onEvent({ data }) {
      if (isOver) throw new Error('more behind [DONE]')
      isOver = data === '[DONE]'
      if (isOver) return
      const { type, content, source } = JSON.parse(data)
      answer.events += 1
      if (type === 'text') answer.text += content
      else if (type === 'citation') answer.sources += source
    },
  })
  parser.feed(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text())
  if (isComplete && !isOver) throw new Error('no [DONE]')
  return answer
}
