import { createEventSource } from 'eventsource-client'
import type { Reader } from './reader.ts'

export const eventsourceClient: Reader = {
  name: 'eventsource-client',
  async read(response) {
    const answer = { events: 0, text: '', sources: '' }
    const source = createEventSource({
      url: 'http://localhost/',
      fetch: async () => response,
    })
    for await (const { data } of source) {
      if (data === '[DONE]') break
      const event = JSON.parse(data)
      answer.events += 1
      if (event.type === 'text') answer.text += event.content
      else if (event.type === 'citation') answer.sources += event.source
    }
    source.close()
    return answer
  },
}
