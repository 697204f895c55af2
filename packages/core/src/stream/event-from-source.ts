import { clean } from '../errors/clean.ts'
import { StreamProtocolError } from '../errors/stream-protocol-error.ts'
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
  const { type } = value
  if (typeof type !== 'string') throw fault('an object whose `type` is not a string')
  if (ownEvents.has(type)) return ownEvents.check(type, value)
  if (!Object.hasOwn(requiredFields, type)) {
    throw fault(
      `an object of the unknown type "${clean(type, undefined, 64)}": add the type to the option \`events\``,
    )
  }
  const missing = requiredFields[type as StreamEvent['type']].find(
    (field) => typeof value[field] !== 'string',
  )
  if (missing !== undefined)
    throw fault(`an event of the type "${type}" whose \`${missing}\` is not a string`)
  const event = 'content' in value ? value : { ...value, content: '' }
  return event as unknown as StreamEvent
}

function fault(what: string): StreamProtocolError {
  return new StreamProtocolError(`The source has yielded ${what}`)
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}
