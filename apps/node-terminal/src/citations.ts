import { type Citation, safeUrl } from '@vectrade/node'
import { oneLine } from './printable.ts'
import type { Style } from './style.ts'

/** The sources of an answer, numbered from 1 in the order in which they are first cited. */
export class Citations {
  readonly #numbers = new Map<string, number>()
  readonly #cited: Citation[] = []

  /** Returns the number of a source, the same one each time it is cited. */
  number({ source, url }: Citation): number {
    const key = JSON.stringify([source, url])
    let number = this.#numbers.get(key)
    if (number === undefined) {
      number = this.#cited.push({ source, url })
      this.#numbers.set(key, number)
    }
    return number
  }

  /** Returns the list of sources; `''` if there are none. */
  list(style: Style): string {
    if (this.#cited.length === 0) return ''
    const entries = this.#cited.map(({ source, url }, index) => {
      const label = `[${index + 1}]`
      // Terminals turn addresses into links. An address that runs something must not become one.
      const address = safeUrl(url) === undefined ? '(no web address)' : oneLine(url)
      const indent = ' '.repeat(label.length + 1)
      return `${style('cyan', label)} ${oneLine(source)}\n${indent}${style('dim', address)}\n`
    })
    return `\n${style('bold', 'Sources')}\n${entries.join('')}`
  }
}
