/**
 * An event of an analysis: a discriminated union on `type`. The fields have the names that VecTrade sends.
 *
 * Each event has `content`. It is the text of a `text` event and `''` on all others, so you can write `event.content` for
 * any event. Fields that this SDK does not know are kept as VecTrade sent them.
 */
export type StreamEvent = TextEvent | CitationEvent | MetadataEvent | DoneEvent | UnknownEvent

/** A piece of the answer's text. The pieces, joined without separators, are the whole text. */
export interface TextEvent {
  /** Tells the events apart. */
  type: 'text'
  /** The text of this piece. */
  content: string
}

/** The source of a statement in the answer. `url` is as the server sent it: see {@link safeUrl}. */
export interface CitationEvent extends Citation {
  /** Tells the events apart. */
  type: 'citation'
  /** Empty: a citation is not part of the text. */
  content: ''
}

/** The source that a citation names. */
export interface Citation {
  /** The name of the source. */
  source: string
  /** The address of the source, as the server sent it. {@link safeUrl} tells whether a page may link to it. */
  url: string
}

/** Facts about the answer: the model, timings and other fields that the server sends. */
export interface MetadataEvent {
  /** Tells the events apart. */
  type: 'metadata'
  /** Empty: metadata is not part of the text. */
  content: ''
  /** The model that writes the answer. */
  model?: string
  [field: string]: unknown
}

/** The answer is complete. */
export interface DoneEvent {
  /** Tells the events apart. */
  type: 'done'
  /** Empty: all text has arrived before. */
  content: ''
  /** The tokens that the answer used. */
  usage?: Usage
}

/**
 * An event of a type that this SDK does not know, or a text or citation whose required fields are missing. `data` is the
 * whole event.
 */
export interface UnknownEvent {
  /** Tells the events apart. {@link wireType} has the name that the server sent. */
  type: 'unknown'
  /** Empty: the meaning of the event is not known. */
  content: ''
  /** The `type` that the server sent. If there is none, the name of the Server-Sent Event, or `''`. */
  wireType: string
  /** The JSON value that the server sent. */
  data: unknown
}

/** An event of a type of your own: see the option `events`. Its type is none of those above. */
export interface OtherEvent {
  /** Tells the events apart. */
  type: string
  /** Empty: only events of the type `text` are part of the text. */
  content: ''
}

/** The tokens that an answer used. If a server sends `promptTokens` and the like, the SDK adds these fields. */
export interface Usage {
  /** The tokens of the question and of what the model was given with it. */
  prompt_tokens?: number
  /** The tokens of the answer. */
  completion_tokens?: number
  /** All tokens. */
  total_tokens?: number
  /** Other counts, as the server sent them. */
  [field: string]: unknown
}
