import { clean } from '../errors/clean.ts'
import { StreamProtocolError } from '../errors/stream-protocol-error.ts'
import { VecTradeError } from '../errors/vectrade-error.ts'
import { isRecord } from '../events/json.ts'
import type { OwnEventReader } from './own-event-reader.ts'
import type { StreamEvent } from '../events/stream-event.ts'

/** The fields that each event must have. All of them are strings. Only a text must have `content`. */
const requiredFields: Readonly<Record<StreamEvent['type'], readonly string[]>> = {
  text: ['content'],
  citation: ['source', 'url'],
  metadata: [],
  done: [],
  unknown: ['wireType'],
}

/**
 * Returns what a program's own source has yielded, as an event. An event without `content` gets an empty one.
 *
 * @param ownEvents the event types of the program
 * @throws StreamProtocolError that names the fault if it is no event
 */
export function eventFromSource(value: unknown, ownEvents: OwnEventReader): StreamEvent {
  if (!isRecord(value))
    throw fault(`${kindOf(value)}: yield objects such as { type: 'text', content: '…' }`)
  let what = 'an object'
  try {
    const { type } = value
    if (typeof type !== 'string') throw fault('an object whose `type` is not a string')
    what = `an event of the type "${clean(type, undefined, 64)}"`
    return ownEvents.has(type) ? ownEvents.check(type, value) : standardEvent(type, what, value)
  } catch (error) {
    // A getter may throw anything.
    throw VecTradeError.isInstance(error) ? error : fault(`${what} that cannot be read`, error)
  }
}

function standardEvent(type: string, what: string, value: Record<string, unknown>): StreamEvent {
  if (!Object.hasOwn(requiredFields, type)) {
    const name = clean(type, undefined, 64)
    throw fault(`an object of the unknown type "${name}": add the type to the option \`events\``)
  }
  const missing = requiredFields[type as StreamEvent['type']].find(
    (field) => typeof value[field] !== 'string',
  )
  if (missing !== undefined) throw fault(`${what} whose \`${missing}\` is not a string`)
  const event = 'content' in value ? value : { ...value, content: '' }
  return event as unknown as StreamEvent
}

function fault(what: string, cause?: unknown): StreamProtocolError {
  return new StreamProtocolError(`The source has yielded ${what}`, { cause })
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}
