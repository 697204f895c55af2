import { isRecord } from './json.ts'
import type {
  CitationEvent,
  DoneEvent,
  MetadataEvent,
  OtherEvent,
  StreamEvent,
  TextEvent,
  UnknownEvent,
  Usage,
} from './stream-event.ts'

/** The fields of {@link Usage}. VecTrade's guide writes them in snake case, its OpenAPI file in camel case. */
const camelCase = {
  prompt_tokens: 'promptTokens',
  completion_tokens: 'completionTokens',
  total_tokens: 'totalTokens',
}

/** Adds the fields of {@link Usage} to the usage that a server sent, in place. Returns undefined if it is not an object. */
export function readUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined
  for (const [name, other] of Object.entries(camelCase)) {
    const count = usage[other]
    if (typeof usage[name] !== 'number' && typeof count === 'number') usage[name] = count
  }
  return usage
}

/**
 * The key for the `content` that a server sent with an event other than text. On such an event, `content` is `''`. The
 * value is kept, so that the event can be sent on unchanged.
 */
const wireContent: unique symbol = Symbol.for('vectrade.event.content')

/**
 * Returns the event that a JSON value from the wire describes. The value is not copied: it becomes the event.
 *
 * @param name the name of the Server-Sent Event, used if the value has no `type`
 */
export function eventFromWire(wire: unknown, name = ''): StreamEvent {
  if (!isRecord(wire)) return unknownEvent(name, wire)
  // The server can send any value. This type makes the compiler check that each event has a case.
  const kind = wire['type'] as StreamEvent['type']
  switch (kind) {
    case 'text':
      if (typeof wire['content'] === 'string') return wire as unknown as TextEvent
      break
    case 'citation':
      if (typeof wire['source'] === 'string' && typeof wire['url'] === 'string') {
        return withoutText<CitationEvent>(wire)
      }
      break
    case 'metadata':
      return withoutText<MetadataEvent>(wire)
    case 'done':
      readUsage(wire['usage'])
      return withoutText<DoneEvent>(wire)
    default:
      kind satisfies 'unknown'
  }
  return unknownEvent(typeof kind === 'string' ? kind : name, wire)
}

/** Returns the JSON value to send for an event. This is the reverse of {@link eventFromWire}. */
export function eventToWire(event: StreamEvent): unknown {
  if (event.type === 'text') return event
  if (event.type === 'unknown') return event.data
  const { content: _, ...wire } = event satisfies CitationEvent | MetadataEvent | DoneEvent
  if (wireContent in event) return { ...wire, content: event[wireContent] }
  return wire
}

/** Returns the name that a Server-Sent Event needs: only an unknown event whose data has no type needs one. */
function wireName(event: StreamEvent): string | undefined {
  if (event.type !== 'unknown' || event.wireType === '') return undefined
  if (isRecord(event.data) && typeof event.data['type'] === 'string') return undefined
  // A name cannot contain these characters. Without any name, the event could be read as an error.
  return event.wireType.replace(/[\r\n\0]/g, '\u{FFFD}')
}

/** Returns the message to send for an event. */
export function toMessage(known: StreamEvent | OtherEvent): { event?: string; data: string } {
  // An event of a program's own type is sent as metadata is: with all fields but its empty `content`.
  const event = known as StreamEvent
  const data = JSON.stringify(eventToWire(event))
  const name = wireName(event)
  return name === undefined ? { data } : { event: name, data }
}

function withoutText<E extends StreamEvent>(wire: Record<string, unknown>): E {
  if (Object.hasOwn(wire, 'content')) {
    Object.defineProperty(wire, wireContent, { value: wire['content'] })
  }
  wire['content'] = ''
  return wire as unknown as E
}

function unknownEvent(wireType: string, data: unknown): UnknownEvent {
  return { type: 'unknown', content: '', wireType, data }
}
