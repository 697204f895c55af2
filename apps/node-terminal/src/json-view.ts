import type { StreamEvent } from '@vectrade/node'
import { printableJson } from './printable.ts'
import type { View } from './view.ts'

/** Shows every event as one line of JSON. The last one is `done` if the answer is complete. */
export class JsonView implements View {
  show(event: StreamEvent): string {
    return jsonLine(event)
  }

  end(): string {
    return ''
  }
}

/** Returns an event as a line of JSON. */
export function jsonLine(event: object): string {
  return `${printableJson(JSON.stringify(event))}\n`
}
