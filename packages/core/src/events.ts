/**
 * The events of an analysis, as a discriminated union on `type`, in the wire's own field names.
 *
 * Every event has `content`: the text of a `text` event, `''` on all others, so that writing
 * `event.content` is right for each of them. Fields this SDK does not know are kept as they came.
 */
export type StreamEvent = TextEvent | CitationEvent | MetadataEvent | DoneEvent | UnknownEvent

/** A piece of the answer. Pieces are concatenated as they are, nothing between them. */
export interface TextEvent {
  /** Tells the events apart. */
  type: 'text'
  /** The text of this piece. */
  content: string
}

/** Where a statement of the answer comes from. `url` is passed on as sent: see {@link safeUrl}. */
export interface CitationEvent extends Citation {
  /** Tells the events apart. */
  type: 'citation'
  /** Empty: a citation is not part of the text. */
  content: ''
}

/** A source as a citation names it. */
export interface Citation {
  /** The name of the source. */
  source: string
  /** Its address, as the server sent it: {@link safeUrl} tells whether a page may link to it. */
  url: string
}

/** Facts about the answer: the model, timings and whatever else the server tells. */
export interface MetadataEvent {
  /** Tells the events apart. */
  type: 'metadata'
  /** Empty: metadata is not part of the text. */
  content: ''
  /** The model that answers. */
  model?: string
  [field: string]: unknown
}

/** The answer is complete. */
export interface DoneEvent {
  /** Tells the events apart. */
  type: 'done'
  /** Empty: the text has come already. */
  content: ''
  /** The tokens that the answer used. */
  usage?: Usage
}

/** An event newer than this SDK, or a text or citation without what makes it one; `data` is all of it. */
export interface UnknownEvent {
  /** Tells the events apart; {@link wireType} is the server's own name. */
  type: 'unknown'
  /** Empty: what it is for is not known. */
  content: ''
  /** The `type` on the wire; where there is none, the name of the Server-Sent Event, or `''`. */
  wireType: string
  /** The JSON value that the server sent. */
  data: unknown
}

/**
 * The tokens that an answer used. If a server sends `promptTokens` and the like, these fields are
 * added to those it sent.
 */
export interface Usage {
  /** Tokens of the question and of what the model was given with it. */
  prompt_tokens?: number
  /** Tokens of the answer. */
  completion_tokens?: number
  /** All of them. */
  total_tokens?: number
  /** What else the server counts, as sent. */
  [field: string]: unknown
}

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
  switch (wire['type']) {
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
  }
  return unknownEvent(typeof wire['type'] === 'string' ? wire['type'] : name, wire)
}

/** The JSON value that goes on the wire for an event: the reverse of {@link eventFromWire}. */
export function eventToWire(event: StreamEvent): unknown {
  if (event.type === 'text') return event
  if (event.type === 'unknown') return event.data
  const { content: _, ...wire } = event
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

/**
 * A citation's `url`, as sent, if it is safe to make a link of (http or https); else undefined.
 *
 * @example
 * ```ts
 * import { safeUrl } from '@vectrade/core'
 *
 * safeUrl('https://example.com/10-q') // 'https://example.com/10-q'
 * safeUrl('javascript:alert(1)') // undefined
 * ```
 */
export function safeUrl(url: string): string | undefined {
  // Not every runtime has URL.parse.
  try {
    const { protocol } = new URL(url)
    return protocol === 'https:' || protocol === 'http:' ? url : undefined
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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
