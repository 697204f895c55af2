import { type StoredMessage, type StreamProducer, StreamStoreError } from '@vectrade/core'
import { delay } from '@vectrade/test-kit/delay'

/** Repeats an action while Redis is unreachable, for up to a minute, as a handler does. */
async function retryWhileUnavailable(action: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + 60_000
  for (;;) {
    try {
      await action()
      return
    } catch (error) {
      const mayPass = error instanceof StreamStoreError && error.problem === 'unavailable'
      if (!mayPass || performance.now() > deadline) throw error
      await delay(50)
    }
  }
}

/** Appends one message every few ms, then ends the stream. */
export async function produce(
  producer: StreamProducer,
  messages: readonly StoredMessage[],
): Promise<void> {
  for (const message of messages) {
    await retryWhileUnavailable(() => producer.append([message]))
    await delay(5)
  }
  await retryWhileUnavailable(() => producer.finish('done'))
}
