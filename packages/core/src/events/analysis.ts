import type { Citation, StreamEvent, UnknownEvent, Usage } from './stream-event.ts'

/** A complete answer. */
export interface Analysis {
  /** The whole text. */
  text: string
  /** The sources, in the order in which they arrived. */
  citations: Citation[]
  /** The fields of all metadata events. If two events have the same field, the later one counts. */
  metadata: Record<string, unknown>
  /** The tokens that the answer used; undefined if the server did not say. */
  usage: Usage | undefined
  /** The id of the request, which VecTrade's support asks for. */
  requestId: string | undefined
}

/** How many pieces of text are kept before they are joined. */
const mostPieces = 256

/** The part of an answer that has arrived. */
export class AnalysisSoFar {
  /** The sources so far, in the order in which they arrived. */
  readonly citations: Citation[] = []
  /**
   * The pieces of the text are joined from time to time. Adding each one to a string would leave much garbage.
   * Keeping all of them would hold every chunk, because an engine keeps a piece as a part of the chunk's text.
   */
  #pieces: string[] = []
  #joined: string[] = []
  /** A Map, because copying all fields for each event takes time that grows with the answer. */
  readonly #metadata = new Map<string, unknown>()
  #usage: Usage | undefined

  /** The text so far. */
  get text(): string {
    const text = this.#joined.join('') + this.#pieces.join('')
    this.#joined = [text]
    this.#pieces = []
    return text
  }

  /** Adds an event. */
  add(event: StreamEvent): void {
    switch (event.type) {
      case 'text':
        this.#pieces.push(event.content)
        if (this.#pieces.length === mostPieces) {
          this.#joined.push(this.#pieces.join(''))
          this.#pieces = []
        }
        break
      case 'citation': {
        const { type: _, content: __, ...citation } = event
        this.citations.push(citation)
        break
      }
      case 'metadata': {
        const { type: _, content: __, ...fields } = event
        for (const [name, value] of Object.entries(fields)) this.#metadata.set(name, value)
        break
      }
      case 'done':
        this.#usage = event.usage
        break
      default:
        event satisfies UnknownEvent
    }
  }

  /** Returns the answer so far. @param requestId the id of the request, for the answer */
  toAnalysis(requestId: string | undefined): Analysis {
    const { text, citations } = this
    // A field may have the name __proto__.
    const metadata = Object.fromEntries(this.#metadata)
    return { text, citations, metadata, usage: this.#usage, requestId }
  }
}
