import { addAbortSignal } from 'node:stream'
import { text } from 'node:stream/consumers'

/** The question of VecTrade's own streaming guide. */
export const defaultPrompt = "What's the bull case for NVDA?"

/** A question, and whether it is the demo's own. */
export interface Question {
  prompt: string
  own: boolean
}

/**
 * Reads the question from the arguments, or else from stdin. Returns the demo's own question if stdin is a
 * terminal or is empty, as in a container or a job.
 *
 * @throws Error on an empty question, or when the signal is aborted
 */
export async function readPrompt(
  words: string[],
  input: NodeJS.ReadStream,
  signal: AbortSignal,
): Promise<Question> {
  const isAsked = words.length > 0
  const own = { prompt: defaultPrompt, own: true }
  if (!isAsked && input.isTTY) return own
  const given = isAsked ? words.join(' ') : await text(addAbortSignal(signal, input))
  if (!isAsked && given === '') return own
  const prompt = given.trim()
  if (prompt === '') throw new Error('The question is empty')
  return { prompt, own: false }
}
