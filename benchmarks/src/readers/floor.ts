import type { Reader } from './reader.ts'

/** The least that any reader does: read, decode, split on blank lines, parse; no standard, no errors. */
export const floor: Reader = {
  name: 'floor (bare loop)',
  async read(response) {
    const answer = { events: 0, text: '', sources: '' }
    const decoder = new TextDecoder()
    const reader = response.body!.getReader()
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return answer
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = block.slice('data: '.length)
        if (data === '[DONE]') continue
        const event = JSON.parse(data)
        answer.events += 1
        if (event.type === 'text') answer.text += event.content
        else if (event.type === 'citation') answer.sources += event.source
      }
    }
  },
}
