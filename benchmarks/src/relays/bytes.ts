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

/** What a page would make of the bytes. Not timed. */
export async function decodeAnswer(chunks: Uint8Array[]): Promise<Answer> {
  const answer = { events: 0, text: '' }
  const parser = createParser({
    onEvent({ data }) {
      if (data === '[DONE]') return
      const { type, content } = JSON.parse(data)
      answer.events += 1
      if (type === 'text') answer.text += content
    },
  })
  parser.feed(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text())
  return answer
}
