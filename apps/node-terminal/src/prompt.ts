import { addAbortSignal } from 'node:stream'
import { text } from 'node:stream/consumers'

/** The question of VecTrade's own streaming guide. */
export const defaultPrompt = "What's the bull case for NVDA?"

/** What is asked, and whether it is the demo's own idea. */
export interface Question {
  prompt: string
  own: boolean
}

/**
 * The question from the arguments, else from stdin, else, where nobody has typed one, our own.
 *
 * @throws Error where there is none, and on an aborted signal
 */
export async function readPrompt(
  words: string[],
  input: NodeJS.ReadStream,
  signal: AbortSignal,
): Promise<Question> {
  if (words.length === 0 && input.isTTY) return { prompt: defaultPrompt, own: true }
  const given = words.length > 0 ? words.join(' ') : await text(addAbortSignal(signal, input))
  const prompt = given.trim()
  if (prompt !== '') return { prompt, own: false }
  throw new Error(
    words.length > 0
      ? 'The question is empty'
      : 'There is no question: pass it as an argument or write it to stdin',
  )
}
