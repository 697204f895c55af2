import type { Citation } from '@vectrade/browser'
import { type Mark, marksOf } from './citation-mark.ts'
import { type Block, MarkdownBlocks } from './markdown-blocks.ts'
import { mendMarkdown } from './mend-markdown.ts'
import { renderMarkdown } from './render-markdown.ts'

/** The parts of a turn that its answer shows. */
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
  /** The number of marks in blocks that are finished. */
  #marked = 0
  #shown = ''

  /** @param onBlock called with the text of each finished block */
  constructor(element: HTMLElement, onBlock: (text: string) => void) {
    this.#onBlock = onBlock
    this.#live.className = 'live'
    element.append(this.#live)
  }

  /**
   * Shows the answer or its next part. Each call does a limited amount of work.
   *
   * @returns whether the whole answer is shown now
   */
  update(answer: Answer): boolean {
    const { settled, live } = this.#blocks.split(answer.text)
    for (const block of settled) this.#settle(block, answer)
    const mended = live && {
      ...live,
      source: live.isText ? live.source : mendMarkdown(live.source),
    }
    const marks = live ? marksOf(live, answer.marks, this.#marked) : []
    const shown = `${mended?.source ?? ''}\n${marks.length}`
    if (shown !== this.#shown) {
      this.#shown = shown
      this.#live.replaceChildren(mended ? renderMarkdown(mended, marks, answer.sources) : '')
    }
    return live !== undefined
  }

  /** Renders the last block once all are shown. If the answer is incomplete, open Markdown is closed. */
  end(answer: Answer, isComplete: boolean): void {
    const { settled, live } = this.#blocks.split(answer.text)
    for (const block of settled) this.#settle(block, answer)
    if (live) this.#settle(live, answer, isComplete || live.isText)
    this.#live.remove()
  }

  #settle(block: Block, { marks, sources }: Answer, isComplete = true): void {
    const own = marksOf(block, marks, this.#marked)
    this.#marked += own.length
    const source = isComplete ? block.source : mendMarkdown(block.source)
    const nodes = renderMarkdown({ ...block, source }, own, sources)
    const spoken = nodes.cloneNode(true) as DocumentFragment
    for (const mark of spoken.querySelectorAll('sup')) mark.remove()
    this.#live.before(nodes)
    const text = spoken.textContent.trim()
    if (text !== '') this.#onBlock(text)
  }
}
