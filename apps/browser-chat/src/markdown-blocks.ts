import { markdown } from './markdown.ts'

/**
 * Splits growing Markdown into blocks that are finished, each given out once, and the rest. What is
 * finished is never looked at again: what a frame costs depends on the last block, not on the answer.
 */
export class MarkdownBlocks {
  #settled = 0

  /** @param text all the Markdown so far; what was given out as finished must not have changed */
  split(text: string): { settled: string[]; live: string } {
    const tail = text.slice(this.#settled)
    const blocks: { raw: string; start: number }[] = []
    let end = 0
    for (const { type, raw } of markdown.lexer(tail)) {
      if (type !== 'space') blocks.push({ raw, start: end })
      end += raw.length
    }
    let last = blocks.pop()
    // Before its first line is complete, a block may turn out to belong to the one before: the `2`
    // that begins `2. Second` looks like a paragraph.
    if (last !== undefined && !tail.includes('\n', last.start)) last = blocks.pop() ?? last
    const start = last?.start ?? 0
    this.#settled += start
    return { settled: blocks.map(({ raw }) => raw), live: tail.slice(start) }
  }
}
