import type { StreamEvent, Usage } from '@vectrade/node'
import { oneLine } from './printable.ts'

/** Sums an answer up: its model, its tokens, and the time to the first one. The clock starts with the object. */
export class Summary {
  readonly #started = performance.now()
  #firstToken: number | undefined
  #model: string | undefined
  #simulated = false
  #isElsewhere = false
  #isCut = false
  #usage: Usage | undefined

  add(event: StreamEvent): void {
    if (event.content !== '') this.#firstToken ??= performance.now()
    if (event.type === 'metadata') {
      // A value from the server may be of any type.
      if (typeof event.model === 'string') this.#model = event.model
      if (event['simulated'] === true) this.#simulated = true
      if (event['origin'] === 'upstream') this.#isElsewhere = true
    } else if (event.type === 'done') {
      this.#usage = event.usage
      if ('finish_reason' in event) this.#isCut = event.finish_reason === 'length'
    } else {
      event.type satisfies 'text' | 'citation' | 'unknown'
    }
  }

  /** Returns the summary in one line. Unknown facts are left out. */
  toString(): string {
    const facts = [
      this.#model === undefined ? '' : oneLine(this.#model),
      this.#simulated && !this.#model?.includes('simulated') ? 'simulated' : '',
      this.#isElsewhere ? 'not VecTrade' : '',
      this.#isCut ? "cut off at the model's limit" : '',
      tokens(this.#usage),
      this.#firstToken === undefined
        ? 'no text came'
        : `first token after ${Math.round(this.#firstToken - this.#started)} ms`,
    ]
    return facts.filter((fact) => fact !== '').join(' · ')
  }
}

function tokens(usage: Usage | undefined): string {
  // The server may send `usage` as null.
  const { prompt_tokens: prompt, completion_tokens: completion } = usage ?? {}
  const counts = []
  if (typeof prompt === 'number') counts.push(`${prompt} in`)
  if (typeof completion === 'number') counts.push(`${completion} out`)
  return counts.length === 0 ? '' : `tokens: ${counts.join(', ')}`
}
