import type { Citation, StreamEvent, UnknownEvent, Usage } from './stream-event.ts'

/** A complete answer. */
export interface Analysis {
  /** The whole text. */
  text: string
  /** The sources, in the order in which they came. */
  citations: Citation[]
  /** The fields of all metadata events; of two with one name the later one. */
  metadata: Record<string, unknown>
  /** The tokens that the answer used; undefined if the server did not say. */
  usage: Usage | undefined
  /** The id of the request, which VecTrade's support asks for. */
  requestId: string | undefined
}

/** An answer as far as it has come. */
export class AnalysisSoFar {
  readonly citations: Citation[] = []
  /** Joined when somebody asks: a string that grows with each event is garbage to clear away. */
  #pieces: string[] = []
  /** A Map, because copying all fields for each event takes time that grows with the answer. */
  readonly #metadata = new Map<string, unknown>()
  #usage: Usage | undefined

  get text(): string {
    const text = this.#pieces.join('')
    this.#pieces = [text]
    return text
  }

  add(event: StreamEvent): void {
    switch (event.type) {
      case 'text':
        this.#pieces.push(event.content)
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

  toAnalysis(requestId: string | undefined): Analysis {
    const { text, citations } = this
    // A field named __proto__ is a field like any other.
    const metadata = Object.fromEntries(this.#metadata)
    return { text, citations, metadata, usage: this.#usage, requestId }
  }
}
