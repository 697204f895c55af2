import type { StreamEvent } from '@vectrade/node'
import { printableJson } from './printable.ts'
import type { View } from './view.ts'

/** Shows every event as one line of JSON. The last one is `done` if the answer is complete. */
export class JsonView implements View {
  show(event: StreamEvent): string {
    return `${printableJson(JSON.stringify(event))}\n`
  }

  end(): string {
    return ''
  }
}
