import { type CountedSource as Counted, countedSource } from '@vectrade/test-kit/counted-source'
import type { StreamEvent, TextEvent } from '../index.ts'

export function text(content: string): TextEvent {
  return { type: 'text', content }
}

/** A source of events that counts what becomes of it. */
export type CountedSource = Counted<StreamEvent>

export const source: typeof countedSource<StreamEvent> = countedSource

/** Never ends; each event is this many characters. */
export function* endless(length: number): Generator<StreamEvent> {
  for (;;) yield text('x'.repeat(length))
}
