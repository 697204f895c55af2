import type { NumberedMessage } from '@vectrade/core'

export async function collect(reading: AsyncIterable<NumberedMessage>): Promise<NumberedMessage[]> {
  const { messages, ended } = readInBackground(reading)
  await ended
  return messages
}

/** Reads in the background. `ended` resolves with `'without error'` or the error. */
export function readInBackground(reading: AsyncIterable<NumberedMessage>): {
  messages: NumberedMessage[]
  ended: Promise<unknown>
} {
  const messages: NumberedMessage[] = []
  const ended = (async () => {
    for await (const message of reading) messages.push(message)
    return 'without error'
  })().catch((error: unknown) => error)
  return { messages, ended }
}

/** Returns what a promise rejects with, or undefined if it resolves. */
export async function caught(promise: Promise<unknown> | undefined): Promise<unknown> {
  return (await Promise.allSettled([promise])).map((settled) =>
    settled.status === 'rejected' ? settled.reason : undefined,
  )[0]
}
