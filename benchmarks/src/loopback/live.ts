import { type Answer, createPayload } from '../payload.ts'

const { events } = createPayload(98)

/** The number-th event of a live stream, the same ones over and over. */
export function liveMessage(number: number): string {
  return `data: ${events[number % (events.length - 1)]}\n\n`
}

/** What reading the first `count` events comes to. */
export function liveAnswer(count: number): Required<Answer> {
  const answer = { events: count, text: '', sources: '' }
  for (let number = 0; number < count; number += 1) {
    const { type, content, source } = JSON.parse(liveMessage(number).slice('data: '.length))
    if (type === 'text') answer.text += content
    else if (type === 'citation') answer.sources += source
  }
  return answer
}
