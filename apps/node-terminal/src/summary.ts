import type { StreamEvent, Usage } from '@vectrade/node'
import { oneLine } from './printable.ts'

/** How an answer came about: model, tokens, time to the first one. The clock starts with the object. */
export class Summary {
  readonly #started = performance.now()
  #firstToken: number | undefined
  #model: string | undefined
  #simulated = false
  #usage: Usage | undefined

  add(event: StreamEvent): void {
    if (event.content !== '') this.#firstToken ??= performance.now()
    if (event.type === 'metadata') {
      // What came over the wire may be of any type.
      if (typeof event.model === 'string') this.#model = event.model
      if (event['simulated'] === true) this.#simulated = true
    } else if (event.type === 'done') {
      this.#usage = event.usage
    } else {
      event.type satisfies 'text' | 'citation' | 'unknown'
    }
  }

  /** One line; what the server did not tell is left out. */
  toString(): string {
    const facts = [
      this.#model === undefined ? '' : oneLine(this.#model),
      this.#simulated && !this.#model?.includes('simulated') ? 'simulated' : '',
      tokens(this.#usage),
      this.#firstToken === undefined
        ? 'no text came'
        : `first token after ${Math.round(this.#firstToken - this.#started)} ms`,
    ]
    return facts.filter((fact) => fact !== '').join(' · ')
  }
}

function tokens(usage: Usage | undefined): string {
  // `usage` may have come as null.
  const { prompt_tokens: prompt, completion_tokens: completion } = usage ?? {}
  const counts = []
  if (typeof prompt === 'number') counts.push(`${prompt} in`)
  if (typeof completion === 'number') counts.push(`${completion} out`)
  return counts.length === 0 ? '' : `tokens: ${counts.join(', ')}`
}
