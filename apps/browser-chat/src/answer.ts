import { type AnalysisStream, VecTrade, VecTradeError } from '@vectrade/browser'
import { toProblem } from './problem.ts'
import { advance, type Change, type Turn } from './turn.ts'

// Somebody is waiting: what takes longer than this to come back is theirs to ask again.
const client = new VecTrade({ endpoint: '/api/analyze', maxRetryAfter: 3_000 })

export interface AnswerOptions {
  /** Aborted, it ends the answer for everybody who reads it. */
  signal: AbortSignal
  /** Called with the turn at each change. */
  onChange: (turn: Turn) => void
  /** Called once the answer can be taken up again by an id. */
  onKept: (id: string) => void
}

/**
 * Asks the question of a new turn, or takes up the answer to it from its beginning. Resolves when the
 * turn has ended, in whichever way; never rejects.
 */
export async function answer(start: Turn, options: AnswerOptions): Promise<void> {
  const { signal, onChange, onKept } = options
  let turn = start
  const change = (next: Change): void => {
    turn = advance(turn, next)
    onChange(turn)
  }
  const isNew = turn.resumed === undefined
  const started = performance.now()
  // What is taken up again comes at once, whatever it took to be written.
  const after = (): number | undefined => (isNew ? performance.now() - started : undefined)
  let stream: AnalysisStream | undefined
  try {
    stream = isNew
      ? client.ai.stream(turn.question, { signal })
      : client.ai.resume(turn.resumed ?? '', { signal })
    await stream.response
    if (stream.id !== undefined) onKept(stream.id)
    for await (const event of stream) change({ type: 'event', event, after: after() })
    change({ type: 'done', after: after() })
  } catch (error) {
    if (signal.aborted) {
      change({ type: 'stopped' })
      // Where the server cannot be told, there is nothing that the reader could do about it.
      return stream?.stop().catch(() => {})
    }
    // A mistake of the page's own, which somebody has to find.
    if (!VecTradeError.isInstance(error)) reportError(error)
    change({ type: 'failed', problem: toProblem(error, navigator.onLine) })
  }
}
