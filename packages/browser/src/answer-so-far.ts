import type { Citation, OtherEvent, StreamEvent, UnknownEvent, Usage } from '@vectrade/core'

/** The parts of an answer. No object in it changes. */
interface AnswerParts {
  readonly text: string
  readonly citations: readonly Citation[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly usage: Usage | undefined
}

/** The part of an answer that has arrived. Adding an event takes the same time however long the answer is. */
export class AnswerSoFar {
  #parts: AnswerParts = {
    text: '',
    citations: Object.freeze([]),
    metadata: Object.freeze({}),
    usage: undefined,
  }
  /** What was added since `#parts` was made. */
  #text: string[] = []
  #citations: Citation[] = []
  #metadata = new Map<string, unknown>()
  #usage: Usage | undefined
  /** Whether another reader has stopped the answer, for example in another tab. */
  isStopped = false

  add(added: StreamEvent | OtherEvent): void {
    // The types of a program's own events are none of these.
    const event = added as StreamEvent
    switch (event.type) {
      case 'text':
        this.#text.push(event.content)
        break
      case 'citation': {
        const { type: _, content: __, ...citation } = event
        this.#citations.push(citation)
        break
      }
      case 'metadata': {
        const { type: _, content: __, ...fields } = event
        for (const [name, value] of Object.entries(fields)) this.#metadata.set(name, value)
        break
      }
      case 'done':
        this.#usage = event.usage
        this.isStopped = 'finish_reason' in event && event.finish_reason === 'stopped'
        break
      default:
        event satisfies UnknownEvent
    }
  }

  /** Returns the parts so far. Those that have not changed are the same objects as before. */
  get parts(): AnswerParts {
    const { text, citations, metadata } = this.#parts
    const [moreCitations, moreMetadata] = [this.#citations, this.#metadata]
    this.#parts = {
      text: text + this.#text.join(''),
      citations:
        moreCitations.length === 0 ? citations : Object.freeze([...citations, ...moreCitations]),
      // A field may have the name __proto__.
      metadata:
        moreMetadata.size === 0
          ? metadata
          : Object.freeze(Object.fromEntries([...Object.entries(metadata), ...moreMetadata])),
      usage: this.#usage,
    }
    this.#text = []
    this.#citations = []
    this.#metadata = new Map()
    return this.#parts
  }
}
