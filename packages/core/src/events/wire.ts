import { isRecord } from './json.ts'
import type {
  CitationEvent,
  DoneEvent,
  MetadataEvent,
  StreamEvent,
  TextEvent,
  UnknownEvent,
  Usage,
} from './stream-event.ts'

/** VecTrade's OpenAPI spells the fields in camel case, its guide in snake case. */
const camelCase = {
  prompt_tokens: 'promptTokens',
  completion_tokens: 'completionTokens',
  total_tokens: 'totalTokens',
}

/** Adds {@link Usage}'s fields to a server's usage, in place; undefined if it is no record. */
export function readUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined
  for (const [name, other] of Object.entries(camelCase)) {
    const count = usage[other]
    if (typeof usage[name] !== 'number' && typeof count === 'number') usage[name] = count
  }
  return usage
}

/**
 * A non-text event's own `content` on the wire, should one ever have it: `content` must read `''`
 * on such an event, and the value must still survive the way back.
 */
const wireContent: unique symbol = Symbol.for('vectrade.event.content')

/**
 * Reads one JSON value of the wire as an event. The value is not copied: it becomes the event.
 *
 * @param name the name of the Server-Sent Event, which names the event where `type` does not
 */
export function eventFromWire(wire: unknown, name = ''): StreamEvent {
  if (!isRecord(wire)) return unknownEvent(name, wire)
  // Any value may come. With this type, the compiler asks for a case for each event.
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

/** The JSON value that goes on the wire for an event: the reverse of {@link eventFromWire}. */
export function eventToWire(event: StreamEvent): unknown {
  if (event.type === 'text') return event
  if (event.type === 'unknown') return event.data
  const { content: _, ...wire } = event satisfies CitationEvent | MetadataEvent | DoneEvent
  if (wireContent in event) return { ...wire, content: event[wireContent] }
  return wire
}

/** The name an event needs on the wire: that of an unknown one whose data does not say its type. */
function wireName(event: StreamEvent): string | undefined {
  if (event.type !== 'unknown' || event.wireType === '') return undefined
  if (isRecord(event.data) && typeof event.data['type'] === 'string') return undefined
  // Replaced and not left out: without a name, the event could be read as an error.
  return event.wireType.replace(/[\r\n\0]/g, '\u{FFFD}')
}

/** An event as a message on the wire. */
export function toMessage(event: StreamEvent): { event?: string; data: string } {
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
