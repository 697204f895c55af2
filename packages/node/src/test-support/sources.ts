import type { StreamEvent, TextEvent } from '../index.ts'

export function text(content: string): TextEvent {
  return { type: 'text', content }
}

/** A source of events that counts what becomes of it. */
export interface CountedSource extends AsyncIterable<StreamEvent> {
  /** How many events were taken. */
  readonly taken: number
  /** How often it was ended from outside. */
  readonly returned: number
}

/**
 * Gives the events and then ends, fails, or is silent for ever. Its `return` answers also while a
 * read is pending, as that of an `AnalysisStream` does.
 */
export function source(
  events: Iterable<StreamEvent>,
  after: 'end' | 'silence' | Error = 'end',
): CountedSource {
  const iterator = events[Symbol.iterator]()
  const counted = {
    taken: 0,
    returned: 0,
    [Symbol.asyncIterator]: (): AsyncIterator<StreamEvent> => ({
      async next() {
        const result = iterator.next()
        if (!result.done) {
          counted.taken += 1
          return result
        }
        if (after === 'silence') return new Promise(() => {})
        if (after === 'end') return { done: true, value: undefined }
        throw after
      },
      async return() {
        counted.returned += 1
        return { done: true, value: undefined }
      },
    }),
  }
  return counted
}

/** Never ends; each event is this many characters. */
export function* endless(length: number): Generator<StreamEvent> {
  for (;;) yield text('x'.repeat(length))
}
