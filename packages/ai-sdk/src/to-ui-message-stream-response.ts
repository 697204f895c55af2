import {
  ConfigurationError,
  encodeEvent,
  type OtherEvent,
  RequestAbortedError,
  type StreamEvent,
} from '@vectrade/core'
import {
  checkFunction,
  checkOptions,
  eventsToRelay,
  eventStreamHeaders,
} from '@vectrade/core/adapter'
import { PartsOfEvents } from './parts-of-events.ts'
import { type UIChunk, uiChunkOf } from './ui-chunk-of.ts'

/** The options of {@link toUIMessageStreamResponse}, besides those of a response. */
export interface UIMessageStreamInit extends ResponseInit {
  /**
   * Returns the text that the page gets for an error. An event that JSON cannot represent is a ConfigurationError.
   * Default: a sentence without details.
   */
  onError?: ((error: unknown) => string) | undefined
}

const streamHeaders = {
  ...eventStreamHeaders,
  // The protocol of `useChat`.
  'x-vercel-ai-ui-message-stream': 'v1',
}

/**
 * Returns an answer as a response for `useChat`: the UI message stream of the AI SDK. The stream cannot be read again.
 *
 * Citations become sources, and events of your own types become data parts such as `data-chart`. The metadata and the
 * usage become the metadata of the message. Nothing is read ahead, and the answer ends if the page leaves.
 *
 * The response starts at once, with the status 200. A failure comes as an `error` chunk.
 *
 * @throws ConfigurationError on a wrong option
 * @example
 * ```ts
 * import { toUIMessageStreamResponse } from '@vectrade/ai-sdk'
 *
 * async function* events() {
 *   yield { type: 'text' as const, content: 'Hello' }
 * }
 * const response = toUIMessageStreamResponse(events())
 * response.headers.get('x-vercel-ai-ui-message-stream') // 'v1'
 * ```
 */
export function toUIMessageStreamResponse(
  stream: AsyncIterable<StreamEvent | OtherEvent>,
  init: UIMessageStreamInit = {},
): Response {
  checkOptions<Pick<UIMessageStreamInit, 'onError'>>(init, { onError: checkFunction })
  const { onError = () => 'The answer has failed', ...responseInit } = init
  const headers = new Headers(init.headers)
  for (const [name, value] of Object.entries(streamHeaders)) headers.set(name, value)
  return new Response(bytesOf(stream, onError), { ...responseInit, headers })
}

function bytesOf(
  stream: AsyncIterable<StreamEvent | OtherEvent>,
  onError: (error: unknown) => string,
): ReadableStream<Uint8Array> {
  const { items, isCut } = eventsToRelay(stream)
  const events = items[Symbol.asyncIterator]()
  const parts = new PartsOfEvents()
  const encoder = new TextEncoder()
  const encode = (data: string): Uint8Array => encoder.encode(encodeEvent({ data }))
  let hasBegun = false
  let hasLeft = false
  /** Whether the source waits for another read, so that it must be told to end. */
  let isWaiting = true
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const send = (...chunks: UIChunk[]): void => {
          for (const chunk of chunks) controller.enqueue(encode(jsonOf(chunk)))
        }
        const end = (): void => {
          controller.enqueue(encode('[DONE]'))
          controller.close()
        }
        if (!hasBegun) {
          hasBegun = true
          send({ type: 'start' }, { type: 'start-step' })
          return
        }
        try {
          // Each pull must send a chunk, or end the stream.
          for (;;) {
            isWaiting = false
            const { done, value } = await events.next()
            if (hasLeft) return
            isWaiting = !done
            // The program has cancelled the stream. An incomplete answer must not look complete.
            if (done && isCut()) throw new RequestAbortedError()
            const chunks = (done ? parts.end() : parts.of(value)).flatMap(uiChunkOf)
            send(...chunks)
            if (done) end()
            if (done || chunks.length > 0) return
          }
        } catch (error) {
          // A page that has left gets no error.
          if (hasLeft) return
          if (isWaiting) leave(events)
          if (error instanceof RequestAbortedError) send({ type: 'abort' })
          else send({ type: 'error', errorText: onError(error) })
          end()
        }
      },
      cancel() {
        hasLeft = true
        leave(events)
      },
    },
    { highWaterMark: 0 },
  )
}

/** Ends an iteration. That is not awaited, because the source may take its time. */
function leave(events: AsyncIterator<unknown>): void {
  void (async () => events.return?.())().catch(() => {})
}

function jsonOf(chunk: UIChunk): string {
  try {
    return JSON.stringify(chunk)
  } catch (cause) {
    const message = `A chunk of the type ${chunk.type} cannot be written as JSON`
    throw new ConfigurationError(message, { cause })
  }
}
