import type { NumberedMessage } from '@vectrade/core'

export async function collect(reading: AsyncIterable<NumberedMessage>): Promise<NumberedMessage[]> {
  const { messages, ended } = drained(reading)
  await ended
  return messages
}

/** Reads in the background. `ended` is `quietly`, or the error. */
export function drained(reading: AsyncIterable<NumberedMessage>): {
  messages: NumberedMessage[]
  ended: Promise<unknown>
} {
  const messages: NumberedMessage[] = []
  const ended = (async () => {
    for await (const message of reading) messages.push(message)
    return 'quietly'
  })().catch((error: unknown) => error)
  return { messages, ended }
}

/** What a promise rejects with, undefined where it does not. */
export async function caught(promise: Promise<unknown> | undefined): Promise<unknown> {
  return (await Promise.allSettled([promise])).map((settled) =>
    settled.status === 'rejected' ? settled.reason : undefined,
  )[0]
}
