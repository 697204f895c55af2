import { VecTrade } from '@vectrade/browser'
import { toProblem } from './problem.ts'
import { advance, type Change, newTurn, type Turn } from './turn.ts'

// Somebody is waiting: what takes longer than this to come back is theirs to ask again.
const client = new VecTrade({ endpoint: '/api/analyze', maxRetryAfter: 3_000 })

/**
 * Asks a question. Resolves when its turn has ended, in whichever way; never rejects.
 *
 * @param onChange called with the turn at each change, the first time before this returns
 */
export async function answer(
  question: string,
  signal: AbortSignal,
  onChange: (turn: Turn) => void,
): Promise<void> {
  let turn = newTurn(question)
  const change = (next: Change): void => {
    turn = advance(turn, next)
    onChange(turn)
  }
  onChange(turn)
  const started = performance.now()
  try {
    for await (const event of client.ai.stream(question, { signal })) {
      change({ type: 'event', event, after: performance.now() - started })
    }
    change({ type: 'done', after: performance.now() - started })
  } catch (error) {
    if (signal.aborted) change({ type: 'stopped' })
    else change({ type: 'failed', problem: toProblem(error, navigator.onLine) })
  }
}
