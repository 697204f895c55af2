import type { AnalysisSnapshot, Citation, StreamEvent } from '@vectrade/browser'
import type { Mark } from './citation-mark.ts'
import { cleanName, cleanText } from './clean-text.ts'
import { tickersFrom, tickersIn } from './prices/tickers.ts'
import { type Problem, toProblem } from './problem.ts'

/** A question and its answer so far, as the page shows them. The lists only grow. */
export interface Turn extends FromMetadata, Times, Pick<AnalysisSnapshot, 'status' | 'usage'> {
  /** Markdown. */
  readonly text: string
  /** The marks, in the order of the text. */
  readonly marks: readonly Mark[]
  /** The sources, each once. They are numbered from 1. */
  readonly sources: readonly Citation[]
  /** Whether this page has resumed the answer from its beginning instead of asking the question. */
  readonly isResumed: boolean
  /** Whether the model stopped at the limit of its answer. */
  readonly isCut: boolean
  /** Why the answer has failed. */
  readonly problem: Problem | undefined
}

/** What the metadata says. */
interface FromMetadata {
  readonly model: string | undefined
  readonly simulated: boolean
  /** Whether the server says that a model of its own answers, and not VecTrade. */
  readonly isElsewhere: boolean
  /** The ticker symbols that it is about: those in the question, until the server names its own. */
  readonly symbols: readonly string[]
}

/** The ms from the question to the first text, and to the end. Unknown if the answer was resumed. */
interface Times {
  readonly firstTextAfter?: number
  readonly endedAfter?: number
}

/** @returns whether the answer is being written */
export function isRunning({ status }: Pick<AnalysisSnapshot, 'status'>): boolean {
  return status === 'waiting' || status === 'streaming'
}

/**
 * Makes the turns of one question. It combines the snapshots of the answer with what only the events have, such as the
 * place of a citation.
 */
export class TurnMaker {
  readonly #isResumed: boolean
  readonly #start = performance.now()
  #times: Times = {}
  #isCut = false
  #metadata: AnalysisSnapshot['metadata'] | undefined
  #fromMetadata: FromMetadata = readMetadata({}, '')
  /** The length of the text in the events so far. */
  #length = 0
  /** Citations without a place in the clean text yet. `at` is the place in the text of the events. */
  #waiting: { readonly at: number; readonly number: number }[] = []
  /** The numbers of the sources, by name and address. */
  readonly #numbers = new Map<string, number>()
  readonly #sources: Citation[] = []
  readonly #marks: Mark[] = []
  /** The clean text, and how much of the snapshot's text it is made of. */
  #text = ''
  #read = 0
  /** The length of the clean text without white space at its end. */
  #end = 0

  constructor(isResumed: boolean) {
    this.#isResumed = isResumed
  }

  /** Takes the next event of the answer. */
  take(event: StreamEvent): void {
    switch (event.type) {
      case 'text':
        if (event.content !== '') this.#times = { firstTextAfter: this.#after(), ...this.#times }
        this.#length += event.content.length
        break
      case 'citation':
        this.#waiting.push({ at: this.#length, number: this.#numberOf(event) })
        break
      case 'done':
        this.#times = { ...this.#times, endedAfter: this.#after() }
        this.#isCut = 'finish_reason' in event && event.finish_reason === 'length'
        break
      default:
    }
  }

  /** Returns the turn for a snapshot, which must include every event that was taken. */
  turn(snapshot: AnalysisSnapshot): Turn {
    const { text, status, usage, error } = snapshot
    for (const { at, number } of this.#waiting.splice(0)) {
      this.#readTo(at, text)
      // Directly after the text that it belongs to, before the white space that follows.
      this.#marks.push({ at: this.#end, number })
    }
    this.#readTo(text.length, text)
    return {
      ...this.#readMetadata(snapshot),
      // A resumed answer arrives at once, so its times would mean nothing.
      ...(this.#isResumed ? {} : this.#times),
      status,
      usage,
      problem: error && toProblem(error, navigator.onLine),
      text: this.#text,
      marks: this.#marks,
      sources: this.#sources,
      isResumed: this.#isResumed,
      isCut: this.#isCut,
    }
  }

  #after(): number {
    return performance.now() - this.#start
  }

  #numberOf({ source, url }: Citation): number {
    const key = JSON.stringify([source, url])
    const number = this.#numbers.get(key) ?? this.#sources.push({ source, url })
    this.#numbers.set(key, number)
    return number
  }

  #readTo(end: number, text: string): void {
    const added = cleanText(text.slice(this.#read, end))
    const ink = added.trimEnd().length
    if (ink > 0) this.#end = this.#text.length + ink
    this.#text += added
    this.#read = end
  }

  #readMetadata({ question, metadata }: AnalysisSnapshot): FromMetadata {
    // Metadata can be long, so it is read again only after it has changed.
    if (this.#metadata !== metadata) this.#fromMetadata = readMetadata(metadata, question)
    this.#metadata = metadata
    return this.#fromMetadata
  }
}

/** Reads metadata. A value from the server may be of any type. */
function readMetadata(metadata: AnalysisSnapshot['metadata'], question: string): FromMetadata {
  const { model, simulated, origin, symbols } = metadata
  const named = tickersFrom(symbols)
  return {
    model: typeof model === 'string' ? cleanName(model) : undefined,
    simulated: simulated === true,
    isElsewhere: origin === 'upstream',
    symbols: named.length === 0 ? tickersIn(question) : named,
  }
}
