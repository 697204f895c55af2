import { isReadable, markdown } from './markdown.ts'

/** A piece of the Markdown, and where in it that begins. */
export interface Block {
  source: string
  start: number
}

/**
 * Splits growing Markdown into blocks that are finished, each given out once, and the rest. What is
 * finished is never looked at again: what a frame costs depends on the last block, not on the answer.
 */
export class MarkdownBlocks {
  #settled = 0

  /** @param text all the Markdown so far; what was given out as finished must not have changed */
  split(text: string): { settled: Block[]; live: Block } {
    const tail = text.slice(this.#settled)
    const blocks = blocksOf(tail)
    let last = blocks.pop()
    // Before its first line is complete, a block may turn out to belong to the one before: the `2`
    // that begins `2. Second` looks like a paragraph.
    if (last !== undefined && !tail.includes('\n', last.start)) last = blocks.pop() ?? last
    const before = this.#settled
    this.#settled += last?.start ?? 0
    return {
      settled: blocks.map(({ source, start }) => ({ source, start: start + before })),
      live: { source: text.slice(this.#settled), start: this.#settled },
    }
  }
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  if (isReadable(text)) {
    try {
      let start = 0
      for (const { type, raw } of markdown.lexer(text)) {
        if (type !== 'space') blocks.push({ source: raw, start })
        start += raw.length
      }
      return blocks
    } catch {
      // Nested too deeply for the lexer: what is around it can still be read.
    }
  }
  const pieces = text.matchAll(/(?:(?!\n[ \t]*\n)[^]){1,20000}/g)
  for (const { 0: piece, index } of pieces) {
    if (piece.trim() !== '') blocks.push({ source: piece, start: index })
  }
  return blocks
}
