import { type StoredMessage, type StreamProducer, StreamStoreError } from '@vectrade/core'
import { delay } from '@vectrade/test-kit/within-a-second'

/** Does what may take a while, as a handler may: again where it is not known what became of it. */
async function insist(action: () => Promise<void>): Promise<void> {
  const until = performance.now() + 10_000
  for (;;) {
    try {
      await action()
      return
    } catch (error) {
      const mayPass = error instanceof StreamStoreError && error.problem === 'unavailable'
      if (!mayPass || performance.now() > until) throw error
      await delay(50)
    }
  }
}

/** Appends messages, one every few ms, and ends the stream. */
export async function produce(
  producer: StreamProducer,
  messages: readonly StoredMessage[],
): Promise<void> {
  for (const message of messages) {
    await insist(() => producer.append([message]))
    await delay(5)
  }
  await insist(() => producer.finish('done'))
}
