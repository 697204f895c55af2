import { createPayload } from '../payload.ts'

const { events } = createPayload(98)

/** The number-th event of a live stream, the same ones over and over. */
export function liveMessage(number: number): string {
  return `data: ${events[number % (events.length - 1)]}\n\n`
}

/** The text of the first `count` events. */
export function liveText(count: number): string {
  let text = ''
  for (let number = 0; number < count; number += 1) {
    const { content = '' } = JSON.parse(liveMessage(number).slice('data: '.length))
    text += content
  }
  return text
}
