import { clean } from '../errors/clean.ts'
import { ConfigurationError } from '../errors/configuration-error.ts'
import type { OtherEvent, StreamEvent } from '../events/stream-event.ts'
import { toMessage } from '../events/wire.ts'

/**
 * Returns the message that an endpoint sends for an event.
 *
 * @throws ConfigurationError that names the type if JSON cannot hold the event
 */
export function messageOf(event: StreamEvent | OtherEvent): ReturnType<typeof toMessage> {
  let cause: unknown
  try {
    const message = toMessage(event)
    // JSON has no undefined.
    if (typeof message.data === 'string') return message
  } catch (error) {
    cause = error
  }
  throw new ConfigurationError(
    `An event of the type "${clean(event.type)}" cannot be sent: JSON cannot hold its fields`,
    { cause },
  )
}
