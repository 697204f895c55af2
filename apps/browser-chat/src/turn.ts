import type { Citation, StreamEvent, Usage } from '@vectrade/browser'
import type { Mark } from './citation-mark.ts'
import { cleanName, cleanText } from './clean-text.ts'
import { tickersFrom, tickersIn } from './prices/tickers.ts'
import type { Problem } from './problem.ts'

/**
 * A question and the answer so far: plain data, without the page or the network. The lists only grow, and
 * each turn shares them with the turns before it, so another citation copies no list.
 */
export interface Turn {
  question: string
  /** The id of the stream that the answer is resumed from. */
  resumed?: string
  phase: 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed'
  /** Markdown. */
  text: string
  /** The length of the text without white space at its end. */
  end: number
  /** The marks, in the order of the text. */
  marks: readonly Mark[]
  /** The sources, each once. They are numbered from 1. */
  sources: readonly Citation[]
  /** The numbers of the sources, by name and address. */
  numbers: Readonly<Record<string, number>>
  /** The ticker symbols that it is about: those in the question, until the server names its own. */
  symbols: readonly string[]
  model?: string
  simulated: boolean
  /** Whether the server says that a model of its own answers, and not VecTrade. */
  isElsewhere: boolean
  /** Whether the model stopped at the limit of its answer. */
  isCut: boolean
  /** The ms from the question to the first text, and to the end. */
  firstTextAfter?: number
  endedAfter?: number
  usage?: Usage
  problem?: Problem
}

/** A change of a turn. `after` is in ms since the question; undefined if it was not measured. */
export type Change =
  | { type: 'event'; event: StreamEvent; after: number | undefined }
  | { type: 'done'; after: number | undefined }
  | { type: 'stopped' }
  | { type: 'failed'; problem: Problem }

export function newTurn(question: string, resumed?: string): Turn {
  return {
    ...(resumed === undefined ? {} : { resumed }),
    question,
    phase: 'waiting',
    text: '',
    end: 0,
    marks: [],
    sources: [],
    numbers: {},
    symbols: tickersIn(question),
    simulated: false,
    isElsewhere: false,
    isCut: false,
  }
}

export function isLive({ phase }: Turn): boolean {
  return phase === 'waiting' || phase === 'streaming'
}

/** Returns the turn after a change. A turn that has ended does not change. */
export function advance(turn: Turn, change: Change): Turn {
  if (!isLive(turn)) return turn
  switch (change.type) {
    case 'event':
      return withEvent(turn, change.event, change.after)
    case 'done':
      return { ...turn, phase: 'done', ...(change.after && { endedAfter: change.after }) }
    case 'stopped':
      return { ...turn, phase: 'stopped' }
    case 'failed':
      return { ...turn, phase: 'failed', problem: change.problem }
  }
}

function withEvent(turn: Turn, event: StreamEvent, after: number | undefined): Turn {
  switch (event.type) {
    case 'text': {
      if (event.content === '') return turn
      const content = cleanText(event.content)
      const text = turn.text + content
      const ink = content.trimEnd().length
      const end = ink === 0 ? turn.end : turn.text.length + ink
      const first = turn.firstTextAfter ?? after
      return { ...turn, phase: 'streaming', text, end, ...(first && { firstTextAfter: first }) }
    }
    case 'citation':
      return withCitation(turn, event)
    case 'metadata': {
      // A value from the server may be of any type.
      const model = typeof event.model === 'string' ? cleanName(event.model) : turn.model
      const simulated = turn.simulated || event['simulated'] === true
      const named = tickersFrom(event['symbols'])
      const symbols = named.length === 0 ? turn.symbols : named
      const isElsewhere = turn.isElsewhere || event['origin'] === 'upstream'
      return { ...turn, ...(model === undefined ? {} : { model }), simulated, isElsewhere, symbols }
    }
    case 'done': {
      // For example, another tab stopped it.
      const isStopped = 'finish_reason' in event && event.finish_reason === 'stopped'
      if (isStopped) return { ...turn, phase: 'stopped' }
      const isCut = 'finish_reason' in event && event.finish_reason === 'length'
      return { ...turn, isCut, ...(event.usage && { usage: event.usage }) }
    }
    case 'unknown':
      return turn
  }
}

function withCitation(turn: Turn, { source, url }: Citation): Turn {
  const { marks, sources, numbers } = turn as Growing
  const key = JSON.stringify([source, url])
  const number = (numbers[key] ??= sources.push({ source, url }))
  // Directly after the text that it belongs to, before the white space that follows.
  marks.push({ at: turn.end, number })
  return { ...turn }
}

/** The lists of a turn, writable for the one function that adds to them. */
interface Growing extends Turn {
  marks: Mark[]
  sources: Citation[]
  numbers: Record<string, number>
}
