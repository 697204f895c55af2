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
