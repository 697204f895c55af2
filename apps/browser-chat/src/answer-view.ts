import type { Citation } from '@vectrade/browser'
import { MarkdownBlocks } from './markdown-blocks.ts'
import { mendMarkdown } from './mend-markdown.ts'
import { renderMarkdown } from './render-markdown.ts'

/**
 * The text of an answer. A block that is finished is rendered once and then left alone, so that it
 * can be read, selected and scrolled while the rest is still being written.
 */
export class AnswerView {
  readonly #live = document.createElement('div')
  readonly #blocks = new MarkdownBlocks()
  readonly #onBlock: (text: string) => void
  #shown = ''

  /** @param onBlock called with the text of each finished block */
  constructor(element: HTMLElement, onBlock: (text: string) => void) {
    this.#onBlock = onBlock
    this.#live.className = 'live'
    element.append(this.#live)
  }

  update(text: string, sources: readonly Citation[]): void {
    const { settled, live } = this.#blocks.split(text)
    for (const block of settled) this.#settle(renderMarkdown(block, sources))
    const mended = mendMarkdown(live)
    if (mended === this.#shown) return
    this.#shown = mended
    this.#live.replaceChildren(renderMarkdown(mended, sources))
  }

  /** Renders the last block as it came. */
  end(text: string, sources: readonly Citation[]): void {
    const { settled, live } = this.#blocks.split(text)
    for (const block of [...settled, live]) this.#settle(renderMarkdown(block, sources))
    this.#live.remove()
  }

  #settle(block: DocumentFragment): void {
    const spoken = block.cloneNode(true) as DocumentFragment
    for (const mark of spoken.querySelectorAll('sup')) mark.remove()
    this.#live.before(block)
    const text = spoken.textContent.trim()
    if (text !== '') this.#onBlock(text)
  }
}
