import { safeUrl } from '@vectrade/core'
import type { AnalysisPart } from '../analysis-part.ts'

const longestLabel = 300
const longestUrl = 2_000

/**
 * Finds Markdown links in a text that comes in pieces, and makes citations of them. The text itself is
 * not changed and not held back. A citation follows directly after its link.
 *
 * Only links to web addresses count, and images do not.
 */
export class LinkScanner {
  #state: 'text' | 'label' | 'after-label' | 'url' = 'text'
  #label = ''
  #url = ''
  /** The parentheses that are open inside the URL. */
  #depth = 0
  #previous = ''

  /** Returns the text in pieces, with its citations between them. */
  scan(text: string): AnalysisPart[] {
    const parts: AnalysisPart[] = []
    let start = 0
    for (let at = 0; at < text.length; at += 1) {
      const citation = this.#step(text.charAt(at))
      if (citation === undefined) continue
      parts.push({ type: 'text', content: text.slice(start, at + 1) }, citation)
      start = at + 1
    }
    if (start < text.length) parts.push({ type: 'text', content: text.slice(start) })
    return parts
  }

  /** Takes one character. Returns the citation that it completes. */
  #step(character: string): AnalysisPart | undefined {
    const previous = this.#previous
    this.#previous = character
    if (this.#state === 'url') return this.#stepInUrl(character)
    if (this.#state === 'after-label' && character === '(') {
      this.#state = 'url'
      this.#url = ''
      this.#depth = 0
    } else if (character === '[') {
      const isLink = previous !== '!' && previous !== '\\'
      this.#state = isLink ? 'label' : 'text'
      this.#label = ''
    } else if (this.#state === 'label') {
      if (character === ']') this.#state = 'after-label'
      else this.#label += character
      if (this.#label.length > longestLabel) this.#state = 'text'
    } else if (character !== ']') {
      // A second bracket ends the label of [[1]](https://…).
      this.#state = 'text'
    }
    return undefined
  }

  #stepInUrl(character: string): AnalysisPart | undefined {
    if (character === ')' && this.#depth === 0) {
      this.#state = 'text'
      return this.#citation()
    }
    if (character === '(') this.#depth += 1
    if (character === ')') this.#depth -= 1
    this.#url += character
    if (this.#url.length > longestUrl || character === '\n') this.#state = 'text'
    return undefined
  }

  #citation(): AnalysisPart | undefined {
    // After the address, there may be a title in quotes.
    const [address = ''] = this.#url.trim().split(/\s/, 1)
    const url = safeUrl(address.replace(/^<|>$/g, ''))
    if (url === undefined) return undefined
    const label = this.#label.replaceAll(/[*`]/g, '').replaceAll(/\s+/g, ' ').trim()
    // "[1]" is no name of a source.
    const source = /^\d*$/.test(label) ? new URL(url).hostname : label
    return { type: 'citation', source, url }
  }
}
