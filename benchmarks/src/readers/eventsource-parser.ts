import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { Reader } from './reader.ts'

export const eventsourceParser: Reader = {
  name: 'eventsource-parser stream',
  async read(response) {
    const answer = { events: 0, text: '', sources: '' }
    const messages = response
      .body!.pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream())
    for await (const { data } of messages) {
      if (data === '[DONE]') break
      const event = JSON.parse(data)
      answer.events += 1
      if (event.type === 'text') answer.text += event.content
      else if (event.type === 'citation') answer.sources += event.source
    }
    return answer
  },
}
