import type { StreamEvent } from '@vectrade/node'
import { Citations } from './citations.ts'
import { printable } from './printable.ts'
import type { Style } from './style.ts'
import type { View } from './view.ts'

/**
 * Formats the text of an answer. White space is held back until something follows it, so that the mark of a
 * source stands directly after its text and not on the next line.
 */
export interface Page {
  text(content: string): string
  /** Adds the mark of a source after the text so far. */
  mark(label: string): string
  /** Ends the last line. */
  end(): string
}

/** Shows an answer to a reader: its text, a numbered mark for each citation, and the list of sources. */
export class AnswerView implements View {
  readonly #page: Page
  readonly #style: Style
  readonly #citations = new Citations()

  constructor(page: Page, style: Style) {
    this.#page = page
    this.#style = style
  }

  show(event: StreamEvent): string {
    switch (event.type) {
      case 'text':
        return this.#page.text(printable(event.content))
      case 'citation':
        return this.#page.mark(`[${this.#citations.number(event)}]`)
      case 'metadata':
      case 'done':
      case 'unknown':
        return ''
    }
  }

  end(): string {
    return this.#page.end() + this.#citations.list(this.#style)
  }
}
