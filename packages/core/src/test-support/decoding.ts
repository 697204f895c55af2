import { decodeEventStream, type SseMessage } from '../sse/decode.ts'
import type { DecodeOptions } from '../sse/message-decoder.ts'

export interface Decoded {
  messages: SseMessage[]
  retry: number | undefined
  lastEventId: string
}

export async function decode(
  chunks: Iterable<Uint8Array>,
  options: DecodeOptions = {},
): Promise<Decoded> {
  let retry: number | undefined
  const decoded = decodeEventStream(bodyOf(chunks), { ...options, onRetry: (ms) => (retry = ms) })
  const messages = await Array.fromAsync(decoded)
  return { messages, retry, lastEventId: decoded.lastEventId }
}

export function bodyOf(
  chunks: Iterable<Uint8Array>,
  onCancel = (): void => {},
): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]()
  return new ReadableStream(
    {
      pull(controller) {
        const { done, value } = iterator.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: onCancel,
    },
    { highWaterMark: 0 },
  )
}

export function* chunksOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
export const event = (data: string): Uint8Array => utf8(`data: ${data}\n\n`)
