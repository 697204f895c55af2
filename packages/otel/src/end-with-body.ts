import { type Context, context } from '@opentelemetry/api'
import { whenAborted } from '@vectrade/core/adapter'

/**
 * Returns a copy of a response that calls `onEnd` when its body ends. Nothing is read ahead. Cancelling its body
 * cancels that of `response`.
 *
 * @param signal the signal of the request. Aborting it counts as the end, because a server may then neither read nor
 *   cancel the body.
 * @param within the context in which the body is read
 * @param onEnd called once, with the error that ended the body, if there is one
 */
export function endWithBody(
  response: Response,
  signal: AbortSignal | undefined,
  within: Context,
  onEnd: (error?: unknown) => void,
): Response {
  const { body } = response
  if (body === null || response.bodyUsed || body.locked) {
    onEnd()
    return response
  }
  let isOver = false
  let unlink: (() => void) | undefined
  const end = (error?: unknown): void => {
    if (isOver) return
    isOver = true
    unlink?.()
    onEnd(error)
  }
  unlink = signal && whenAborted(signal, () => end())

  const reader = body.getReader()
  const observed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await context.with(within, () => reader.read())
          if (!done) return controller.enqueue(value)
          end()
          controller.close()
        } catch (error) {
          end(error)
          throw error
        }
      },
      cancel(reason) {
        end()
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(observed, response)
}
