import type { Citation } from '@vectrade/browser'
import { type Mark, marksBetween } from './citation-mark.ts'
import { type Block, MarkdownBlocks } from './markdown-blocks.ts'
import { mendMarkdown } from './mend-markdown.ts'
import { renderMarkdown } from './render-markdown.ts'

/** What of a turn its answer is made of. */
export interface Answer {
  text: string
  marks: readonly Mark[]
  sources: readonly Citation[]
}

/**
 * The text of an answer. A block that is finished is rendered once and then left alone, so that it
 * can be read, selected and scrolled while the rest is still being written.
 */
export class AnswerView {
  readonly #live = document.createElement('div')
  readonly #blocks = new MarkdownBlocks()
  readonly #onBlock: (text: string) => void
  /** Where the last block that was rendered for good ended. */
  #end = -1
  #shown = ''

  /** @param onBlock called with the text of each finished block */
  constructor(element: HTMLElement, onBlock: (text: string) => void) {
    this.#onBlock = onBlock
    this.#live.className = 'live'
    element.append(this.#live)
  }

  update(answer: Answer): void {
    const { settled, live } = this.#blocks.split(answer.text)
    for (const block of settled) this.#settle(block, answer)
    const mended = mendMarkdown(live.source)
    const marks = marksBetween(answer.marks, this.#end, live)
    const shown = `${mended}\n${marks.length}`
    if (shown === this.#shown) return
    this.#shown = shown
    this.#live.replaceChildren(renderMarkdown(mended, marks, answer.sources))
  }

  /** Renders the last block: as it came, or as it was shown if more would have come. */
  end(answer: Answer, isComplete: boolean): void {
    const { settled, live } = this.#blocks.split(answer.text)
    for (const block of settled) this.#settle(block, answer)
    this.#settle(live, answer, isComplete ? live.source : mendMarkdown(live.source))
    this.#live.remove()
  }

  #settle(block: Block, { marks, sources }: Answer, source = block.source): void {
    const nodes = renderMarkdown(source, marksBetween(marks, this.#end, block), sources)
    this.#end = block.start + block.source.length
    const spoken = nodes.cloneNode(true) as DocumentFragment
    for (const mark of spoken.querySelectorAll('sup')) mark.remove()
    this.#live.before(nodes)
    const text = spoken.textContent.trim()
    if (text !== '') this.#onBlock(text)
  }
}
