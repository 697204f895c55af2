import { type AnalysisStream, VecTradeError } from '@vectrade/browser'
import { client } from './client.ts'
import { toProblem } from './problem.ts'
import { advance, type Change, type Turn } from './turn.ts'

export interface AnswerOptions {
  /** Aborting it ends the answer for every reader. */
  signal: AbortSignal
  /** Called with the turn at each change. */
  onChange: (turn: Turn) => void
  /** Called once the answer can be resumed, with the id of its stream. */
  onResumable: (id: string) => void
}

/**
 * Asks the question of a new turn, or resumes its answer from the beginning. Resolves when the turn has
 * ended in any way. Never rejects.
 */
export async function answer(start: Turn, options: AnswerOptions): Promise<void> {
  const { signal, onChange, onResumable } = options
  let turn = start
  const change = (next: Change): void => {
    turn = advance(turn, next)
    onChange(turn)
  }
  const isNew = turn.resumed === undefined
  const started = performance.now()
  // A resumed answer arrives at once, so its times would mean nothing.
  const after = (): number | undefined => (isNew ? performance.now() - started : undefined)
  let stream: AnalysisStream | undefined
  try {
    stream = isNew
      ? client.ai.stream(turn.question, { signal })
      : client.ai.resume(turn.resumed ?? '', { signal })
    await stream.response
    if (stream.id !== undefined) onResumable(stream.id)
    for await (const event of stream) change({ type: 'event', event, after: after() })
    change({ type: 'done', after: after() })
  } catch (error) {
    if (signal.aborted) {
      change({ type: 'stopped' })
      // If the server cannot be told, the reader could do nothing about it.
      return stream?.stop().catch(() => {})
    }
    // A bug of this page: report it on the console.
    if (!VecTradeError.isInstance(error)) reportError(error)
    change({ type: 'failed', problem: toProblem(error, navigator.onLine) })
  }
}
