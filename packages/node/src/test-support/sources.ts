import { type CountedSource as Counted, countedSource } from '@vectrade/test-kit/counted-source'
import type { StreamEvent, TextEvent } from '../index.ts'

export function text(content: string): TextEvent {
  return { type: 'text', content }
}

/** A source that counts how many events are taken and how often it is ended. */
export type CountedSource = Counted<StreamEvent>

export const source: typeof countedSource<StreamEvent> = countedSource

/** Yields text events of `length` characters and never ends. */
export function* endless(length: number): Generator<StreamEvent> {
  for (;;) yield text('x'.repeat(length))
}
