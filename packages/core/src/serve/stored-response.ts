import { StreamInterruptedError } from '../errors/connection-error.ts'
import { StreamStoreError } from '../errors/stream-store-error.ts'
import { markHandled } from '../lifetime/mark-handled.ts'
import { relayResponse } from '../relay/readable.ts'
import { forRelay, type RelaySource } from '../relay/relay-source.ts'
import { encodeEvent } from '../sse/encode.ts'
import type { NumberedMessage } from '../store/stream-store.ts'

/** How a stored stream is sent. */
interface StoredResponseOptions {
  heartbeat: number | undefined
  /** Whether to send a heartbeat at once. */
  heartbeatFirst: boolean
  /**
   * Returns whether the stream is complete. It is called after the last message, with the position of that
   * message. The position is undefined if there was no message. Default: the stream is complete.
   */
  isWhole?: (position: number | undefined) => Promise<boolean>
}

/** Returns the response with the messages of a stored stream, then `[DONE]` or an error. */
export function storedResponse(
  id: string,
  messages: AsyncIterable<NumberedMessage>,
  { heartbeat, heartbeatFirst, isWhole }: StoredResponseOptions,
): Response {
  const init = { headers: { 'x-vectrade-stream-id': id }, heartbeat }
  return relayResponse(sentMessages(messages, isWhole), textOf, init, { heartbeatFirst })
}

/** A message of a stored stream. This server's own error message has no id. */
type SentMessage = Omit<NumberedMessage, 'id'> & { id?: number }

function textOf({ id, ...message }: SentMessage): string {
  return encodeEvent(id === undefined ? message : { ...message, id: String(id) })
}

/** Returns the messages of a stored stream for a relay. An error is the last one: no `[DONE]` follows it. */
function sentMessages(
  messages: AsyncIterable<NumberedMessage>,
  isWhole: StoredResponseOptions['isWhole'],
): RelaySource<SentMessage> {
  let isCut = false
  const iterate = (): AsyncIterator<SentMessage> => {
    const iterator = messages[Symbol.asyncIterator]()
    let position: number | undefined
    let isAtEnd = false
    /** Whether the messages have ended or were told to end. */
    let isOver = false
    const leave = async (): Promise<void> => {
      if (isOver) return
      isOver = true
      await iterator.return?.()
    }
    return {
      next: async () => {
        if (isCut) {
          // The error is the last message. The store's iterator has not ended yet, so end it.
          void markHandled(leave())
          return { done: true, value: undefined }
        }
        try {
          const result = await iterator.next()
          if (result.done) {
            isAtEnd = true
            isOver = true
            // The messages of a stream that expires also end, but its answer is not complete.
            if (isWhole && !(await isWhole(position))) throw new StreamInterruptedError()
            return result
          }
          position = result.value.id
          isCut = result.value.event === 'error'
          return result
        } catch (error) {
          isOver = true
          // The store may be unreachable for a moment. So end the response without [DONE] and without an
          // error: this makes the client resume.
          const isNothingRead = position === undefined || isAtEnd
          if (isNothingRead && error instanceof StreamStoreError && error.retryable) {
            isCut = true
            return { done: true, value: undefined }
          }
          // The relay describes every other error.
          if (!(error instanceof StreamInterruptedError)) throw error
          isCut = true
          return { done: false, value: interrupted }
        }
      },
      return: async () => {
        await leave()
        return { done: true, value: undefined }
      },
    }
  }
  const items = { [Symbol.asyncIterator]: iterate }
  return { [forRelay]: () => ({ items, isCut: () => isCut }) }
}

const interrupted: SentMessage = {
  event: 'error',
  data:
    '{"error":{"type":"stream_interrupted",' +
    '"message":"The rest of the answer is no longer available"}}',
}
