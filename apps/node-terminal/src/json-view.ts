import type { StreamEvent } from '@vectrade/node'
import type { View } from './view.ts'

/** Every event as one line of JSON; the last one is `done` if the answer is complete. */
export class JsonView implements View {
  show(event: StreamEvent): string {
    return `${JSON.stringify(event).replace(notEscaped, escape)}\n`
  }

  end(): string {
    return ''
  }
}

/** Characters that JSON may contain unescaped, but that control a terminal: see printable.ts. */
const notEscaped = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
