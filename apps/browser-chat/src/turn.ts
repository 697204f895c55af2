import type { Citation, StreamEvent, Usage } from '@vectrade/browser'
import { addMark, withoutMarks } from './citation-mark.ts'
import type { Problem } from './problem.ts'

/** A question and its answer, as far as it has come: plain data, nothing of the page or the network. */
export interface Turn {
  question: string
  phase: 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed'
  /** Markdown, with a mark at each citation. */
  text: string
  /** Numbered from 1, each once. */
  sources: readonly Citation[]
  model?: string
  simulated: boolean
  /** ms from the question to the first text, and to the end. */
  firstTextAfter?: number
  endedAfter?: number
  usage?: Usage
  problem?: Problem
}

/** What can happen to a turn; `after` is in ms since the question. */
export type Change =
  | { type: 'event'; event: StreamEvent; after: number }
  | { type: 'done'; after: number }
  | { type: 'stopped' }
  | { type: 'failed'; problem: Problem }

export function newTurn(question: string): Turn {
  return { question, phase: 'waiting', text: '', sources: [], simulated: false }
}

export function isLive({ phase }: Turn): boolean {
  return phase === 'waiting' || phase === 'streaming'
}

/** The turn after a change. What has ended stays as it is. */
export function advance(turn: Turn, change: Change): Turn {
  if (!isLive(turn)) return turn
  switch (change.type) {
    case 'event':
      return withEvent(turn, change.event, change.after)
    case 'done':
      return { ...turn, phase: 'done', endedAfter: change.after }
    case 'stopped':
      return { ...turn, phase: 'stopped' }
    case 'failed':
      return { ...turn, phase: 'failed', problem: change.problem }
  }
}

function withEvent(turn: Turn, event: StreamEvent, after: number): Turn {
  switch (event.type) {
    case 'text': {
      const text = turn.text + withoutMarks(event.content)
      if (event.content === '') return turn
      return { ...turn, phase: 'streaming', text, firstTextAfter: turn.firstTextAfter ?? after }
    }
    case 'citation':
      return withCitation(turn, event)
    case 'metadata': {
      // What came over the wire may be of any type.
      const model = typeof event.model === 'string' ? event.model : turn.model
      const simulated = turn.simulated || event['simulated'] === true
      return { ...turn, ...(model === undefined ? {} : { model }), simulated }
    }
    case 'done':
      return event.usage ? { ...turn, usage: event.usage } : turn
    case 'unknown':
      return turn
  }
}

function withCitation(turn: Turn, { source, url }: Citation): Turn {
  const known = turn.sources.findIndex((other) => other.source === source && other.url === url)
  const sources = known === -1 ? [...turn.sources, { source, url }] : turn.sources
  const number = known === -1 ? sources.length : known + 1
  return { ...turn, sources, text: addMark(turn.text, number) }
}
