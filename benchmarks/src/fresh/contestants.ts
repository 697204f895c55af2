// Everything is imported when it is needed: a fresh process loads what it measures, and nothing else.
import type { Answer } from '../payload.ts'

/** What reads or passes on a response. */
interface Work {
  run(response: Response): Promise<unknown>
  /** What was read, for the check; after the clock has stopped. */
  toAnswer(result: unknown): Promise<Required<Answer>>
}

interface Contestant {
  /** What a program imports to use it. */
  packages: string[]
  load: () => Promise<Work>
}

/** As the tables have it. */
export type Name =
  | 'vectrade'
  | 'floor (bare loop)'
  | 'sketch (parser and queue)'
  | 'openai'
  | '@anthropic-ai/sdk'
  | 'ai'
  | 'vectrade, passed through'
  | 'vectrade, each event'
  | 'pipe (bare stream)'

export const contestants: Record<Name, Contestant> = {
  vectrade: {
    packages: ['@vectrade/node'],
    load: async () => reading((await import('../readers/vectrade-node.ts')).vectradeNode),
  },
  'floor (bare loop)': {
    packages: [],
    load: async () => reading((await import('../readers/floor.ts')).floor),
  },
  'sketch (parser and queue)': {
    packages: ['eventsource-parser'],
    load: async () => reading((await import('../readers/sketch.ts')).sketch),
  },
  openai: {
    packages: ['openai'],
    load: async () => reading((await import('../readers/openai.ts')).openai),
  },
  '@anthropic-ai/sdk': {
    packages: ['@anthropic-ai/sdk'],
    load: async () => reading((await import('../readers/anthropic.ts')).anthropic),
  },
  ai: {
    // Only the part that reads; all of `ai` takes longer to import.
    packages: ['@ai-sdk/provider-utils', 'zod'],
    load: async () => reading((await import('../readers/ai.ts')).ai),
  },
  'vectrade, passed through': {
    packages: ['@vectrade/core'],
    load: async () => passing((await import('../relays/vectrade.ts')).passThrough),
  },
  'vectrade, each event': {
    packages: ['@vectrade/core'],
    load: async () => passing((await import('../relays/vectrade.ts')).decodeAndEncode),
  },
  'pipe (bare stream)': {
    packages: [],
    load: async () => passing((await import('../relays/vectrade.ts')).pipe),
  },
}

/** Ours, the floors and the peers, which all read. */
export const readers: Name[] = [
  'vectrade',
  'floor (bare loop)',
  'sketch (parser and queue)',
  'openai',
  '@anthropic-ai/sdk',
  'ai',
]

/** What becomes of an upstream response that a server passes on. */
export const relays: Name[] = [
  'vectrade, passed through',
  'vectrade, each event',
  'pipe (bare stream)',
]

/** Those that drop messages without a name. */
export const needNames: ReadonlySet<Name> = new Set<Name>(['@anthropic-ai/sdk'])

function reading(reader: { read(response: Response): Promise<Answer> }): Work {
  return {
    run: (response) => reader.read(response),
    toAnswer: async (answer) => answer as Required<Answer>,
  }
}

async function passing(through: { start(response: Response): Response }): Promise<Work> {
  const { decodeAnswer, readBytes } = await import('../relays/bytes.ts')
  return {
    run: (response) => readBytes(through.start(response)),
    toAnswer: (chunks) => decodeAnswer(chunks as Uint8Array[], { isComplete: true }),
  }
}
