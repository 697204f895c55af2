import type { Citation, OtherEvent, StreamEvent, Usage } from '@vectrade/core'
import { AnalysisSoFar } from '@vectrade/core/adapter'

/** The parts of an answer. No object in it changes. */
interface AnswerParts {
  readonly text: string
  readonly citations: readonly Citation[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly usage: Usage | undefined
}

/** The types of events that have parts of an answer other than text. */
const partTypes: ReadonlySet<string> = /* @__PURE__ */ new Set(['citation', 'metadata', 'done'])

/** The part of an answer that has arrived, for snapshots. */
export class AnswerSoFar {
  readonly #answer = new AnalysisSoFar()
  #citations: readonly Citation[] = Object.freeze([])
  #metadata: Readonly<Record<string, unknown>> = Object.freeze({})
  #hasNewMetadata = false
  /** Whether another reader has stopped the answer, for example in another tab. */
  isStopped = false

  /** Returns whether the event has changed something. */
  add(added: StreamEvent | OtherEvent): boolean {
    // An event of a program's own type matches no case below, because it is no part of the answer.
    const event = added as StreamEvent
    this.#answer.add(event)
    if (event.type === 'metadata') this.#hasNewMetadata = true
    if (event.type === 'done') {
      this.isStopped = 'finish_reason' in event && event.finish_reason === 'stopped'
    }
    return event.type === 'text' ? event.content !== '' : partTypes.has(event.type)
  }

  /** Returns the parts so far. Those that have not changed are the same objects as before. */
  get parts(): AnswerParts {
    const { text, citations, metadata, usage } = this.#answer.toAnalysis(undefined)
    if (citations.length > this.#citations.length) this.#citations = Object.freeze([...citations])
    if (this.#hasNewMetadata) this.#metadata = Object.freeze(metadata)
    this.#hasNewMetadata = false
    return { text, citations: this.#citations, metadata: this.#metadata, usage }
  }
}
