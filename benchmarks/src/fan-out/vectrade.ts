import { createLiveHandler, type LiveEvent, toNodeHandler } from '@vectrade/node'
import type { Broadcaster } from './broadcaster.ts'

export function vectrade(): Broadcaster {
  const feed = new Feed()
  const handle = toNodeHandler(createLiveHandler({ feed }))
  return {
    listener: (request, response) => void handle(request, response),
    send: (events) => feed.send(events),
  }
}

/** A feed as a program has it. */
class Feed {
  #events: LiveEvent[] = []
  #wake = (): void => {}

  send(events: LiveEvent[]): void {
    this.#events.push(...events)
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LiveEvent> {
    for (;;) {
      const events = this.#events
      this.#events = []
      yield* events
      if (this.#events.length > 0) continue
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
