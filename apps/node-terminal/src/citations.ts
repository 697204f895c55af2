import { type Citation, safeUrl } from '@vectrade/node'
import { oneLine } from './printable.ts'
import type { Style } from './style.ts'

/** The sources of an answer, numbered from 1 in the order they are first cited. */
export class Citations {
  readonly #numbers = new Map<string, number>()
  readonly #cited: Citation[] = []

  /** The number of a source: the same one each time it is cited. */
  number({ source, url }: Citation): number {
    const key = JSON.stringify([source, url])
    let number = this.#numbers.get(key)
    if (number === undefined) {
      number = this.#cited.push({ source, url })
      this.#numbers.set(key, number)
    }
    return number
  }

  /** The list, '' where nothing was cited. */
  list(style: Style): string {
    if (this.#cited.length === 0) return ''
    const entries = this.#cited.map(({ source, url }, index) => {
      const label = `[${index + 1}]`
      // Terminals make links of addresses: those that run something must not be among them.
      const address = safeUrl(url) === undefined ? '(no web address)' : oneLine(url)
      const indent = ' '.repeat(label.length + 1)
      return `${style('cyan', label)} ${oneLine(source)}\n${indent}${style('dim', address)}\n`
    })
    return `\n${style('bold', 'Sources')}\n${entries.join('')}`
  }
}
