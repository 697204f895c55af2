import type { EncodableMessage } from '@vectrade/core'

/** A kind of frame that is not part of the answer and does not harm it. */
export type Frame = 'empty' | 'empty-id' | 'ping' | 'greeting'

/** Returns a frame as a message. `position` is the number of the answer's events before it. */
export function frameMessage(frame: Frame, position: number): EncodableMessage {
  switch (frame) {
    case 'empty':
      return { data: '' }
    // MCP servers start a stream with this event, to set the client's last event ID.
    case 'empty-id':
      return { id: String(position), data: '' }
    case 'ping':
      return { event: 'ping', data: new Date().toISOString() }
    case 'greeting':
      return { data: '{"type":"greeting","message":"connected"}' }
  }
}
