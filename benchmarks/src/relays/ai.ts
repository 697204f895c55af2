import { createUIMessageStreamResponse, type UIMessageChunk } from 'ai'
import { produce, type Relay } from './relay.ts'

export const ai: Relay = {
  name: 'ai createUIMessageStreamResponse',
  start(events) {
    // It writes any object's JSON, so that the bytes are the same for all.
    const stream = ReadableStream.from(produce(events)) as ReadableStream<unknown>
    return createUIMessageStreamResponse({ stream: stream as ReadableStream<UIMessageChunk> })
  },
}
