import type { Citation, StreamEvent, Usage } from '@vectrade/browser'
import { cleanText, type Mark } from './citation-mark.ts'
import type { Problem } from './problem.ts'

/** A question and its answer, as far as it has come: plain data, nothing of the page or the network. */
export interface Turn {
  question: string
  /** The id of the stream that it was taken up from again. */
  resumed?: string
  phase: 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed'
  /** Markdown. */
  text: string
  /** In the order of the text. */
  marks: readonly Mark[]
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

/** What can happen to a turn; `after` is in ms since the question, unless nobody took the time. */
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
    marks: [],
    sources: [],
    simulated: false,
  }
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
      const text = turn.text + cleanText(event.content)
      if (event.content === '') return turn
      const first = turn.firstTextAfter ?? after
      return { ...turn, phase: 'streaming', text, ...(first && { firstTextAfter: first }) }
    }
    case 'citation':
      return withCitation(turn, event)
    case 'metadata': {
      // What came over the wire may be of any type.
      const model = typeof event.model === 'string' ? event.model : turn.model
      const simulated = turn.simulated || event['simulated'] === true
      return { ...turn, ...(model === undefined ? {} : { model }), simulated }
    }
    case 'done': {
      // By another tab, say.
      const isStopped = 'finish_reason' in event && event.finish_reason === 'stopped'
      if (isStopped) return { ...turn, phase: 'stopped' }
      return event.usage ? { ...turn, usage: event.usage } : turn
    }
    case 'unknown':
      return turn
  }
}

function withCitation(turn: Turn, { source, url }: Citation): Turn {
  const known = turn.sources.findIndex((other) => other.source === source && other.url === url)
  const sources = known === -1 ? [...turn.sources, { source, url }] : turn.sources
  const number = known === -1 ? sources.length : known + 1
  // Behind what it belongs to, not behind the white space that follows.
  const mark = { at: turn.text.trimEnd().length, number }
  return { ...turn, sources, marks: [...turn.marks, mark] }
}
