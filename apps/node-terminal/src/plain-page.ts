import type { Page } from './answer-view.ts'
import type { Style } from './style.ts'

/** Leaves the text as it is, for pipes and files. */
export class PlainPage implements Page {
  readonly #style: Style
  #space = ''
  #empty = true

  constructor(style: Style) {
    this.#style = style
  }

  text(content: string): string {
    const ink = content.trimEnd()
    if (ink === '') {
      this.#space += content
      return ''
    }
    const text = this.#space + ink
    this.#space = content.slice(ink.length)
    this.#empty = false
    return text
  }

  mark(label: string): string {
    this.#empty = false
    return this.#style('cyan', label)
  }

  end(): string {
    return this.#empty ? '' : '\n'
  }
}
