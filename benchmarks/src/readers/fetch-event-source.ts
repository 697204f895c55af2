import { fetchEventSource as read } from '@microsoft/fetch-event-source'
import type { Reader } from './reader.ts'

export const fetchEventSource: Reader = {
  name: '@microsoft/fetch-event-source',
  async read(response) {
    const answer = { events: 0, text: '', sources: '' }
    // It is for pages and cannot do without `window`, whose timers it looks up, and a `document` to
    // stop listening to at its end. Others take these for signs of a page, so they are there for
    // this run only.
    Object.assign(globalThis, { window: globalThis, document: new EventTarget() })
    try {
      await read('http://localhost/', {
        openWhenHidden: true,
        fetch: async () => response,
        onmessage({ data }) {
          if (data === '[DONE]') return
          const event = JSON.parse(data)
          answer.events += 1
          if (event.type === 'text') answer.text += event.content
          else if (event.type === 'citation') answer.sources += event.source
        },
        // It would ask again.
        onerror(error) {
          throw error
        },
      })
    } finally {
      Reflect.deleteProperty(globalThis, 'window')
      Reflect.deleteProperty(globalThis, 'document')
    }
    return answer
  },
}
