import type { LiveEvent } from '../../events/live-event.ts'
import { PullIterator } from '../../lifetime/pull-iterator.ts'

/** What a feed has thrown. */
export interface Failure {
  readonly error: unknown
}

/** Reads a feed to its end. Never rejects: returns the error, or undefined if there is none. */
export async function readFeed(
  feed: AsyncIterable<LiveEvent>,
  onEvent: (event: LiveEvent) => void,
  sink: { pause(): Promise<unknown> | undefined },
  isOpen: () => boolean,
): Promise<Failure | undefined> {
  try {
    const iterator = feed[Symbol.asyncIterator]()
    for (;;) {
      // An event that is there is taken without a promise.
      let event = PullIterator.ready(iterator)
      if (event === undefined) {
        const { done, value } = await iterator.next()
        if (done || !isOpen()) return undefined
        event = value
      }
      onEvent(event)
      const pause = sink.pause()
      if (pause !== undefined) await pause
    }
  } catch (error) {
    return { error }
  }
}
