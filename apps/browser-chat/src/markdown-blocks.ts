import { withoutPiles } from './clean-text.ts'
import { parseBlocks } from './markdown.ts'

/** A piece of the Markdown, and where it begins in the whole text. */
export interface Block {
  source: string
  start: number
  /** Whether it is shown as plain text, because it is part of a block that is too long for Markdown. */
  isText: boolean
}

/** The next parts of an answer to show. */
export interface Split {
  /** Finished blocks. Each one is given out once. */
  settled: Block[]
  /** The unfinished rest; undefined if more calls are needed to reach it. */
  live: Block | undefined
}

/** Characters of Markdown that one call reads. A longer block is shown as text. */
export const longestBlock = 30_000

/** The most blocks that one call gives out. Even a short block has a cost. */
const mostBlocks = 100

/**
 * Splits growing Markdown into finished blocks and the rest. Finished blocks are never read again. So the
 * cost of a frame depends neither on the length of the answer nor on how much of it came at once.
 */
export class MarkdownBlocks {
  #settled = 0
  /** Finished blocks that have not been given out yet. */
  readonly #queue: Block[] = []
  /** Whether the next text is the rest of a block that is too long. */
  #isInText = false

  /** @param text all the Markdown so far; what was given out as finished must not have changed */
  split(text: string): Split {
    if (this.#queue.length > 0) {
      return { settled: this.#queue.splice(0, mostBlocks), live: undefined }
    }
    const start = this.#settled
    const source = withoutPiles(text.slice(start, start + longestBlock))
    const isAll = start + source.length === text.length
    const wasInText = this.#isInText
    const end = wasInText ? this.#settleText(source, 0, isAll) : this.#settleBlocks(source, isAll)
    this.#settled += end
    const settled = this.#queue.splice(0, mostBlocks)
    const isBehind = !isAll || this.#queue.length > 0 || this.#isInText !== wasInText
    if (isBehind) return { settled, live: undefined }
    const live = { source: source.slice(end), start: start + end, isText: this.#isInText }
    return { settled, live }
  }

  /** @returns where the unfinished block begins in the source */
  #settleBlocks(source: string, isAll: boolean): number {
    const blocks = blocksOf(source)
    let last = blocks.pop()
    // Before its first line is complete, a block may turn out to belong to the one before: the `2`
    // that begins `2. Second` looks like a paragraph.
    if (isAll && last !== undefined && !source.includes('\n', last.start)) {
      last = blocks.pop() ?? last
    }
    if (!isAll && last === undefined) {
      // Only invisible parts: empty lines, and addresses for links.
      return source.lastIndexOf('\n') + 1 || source.length
    }
    if (!isAll && blocks.length === 0) return this.#settleText(source, last?.start ?? 0, isAll)
    for (const block of blocks) this.#give(block.source, block.start, false)
    return last?.start ?? 0
  }

  /** Gives a long block out as text, from `start` up to an empty line, or as much of it as there is. */
  #settleText(source: string, start: number, isAll: boolean): number {
    gap.lastIndex = start
    const found = gap.exec(source)?.index
    this.#isInText = found === undefined
    if (found === undefined && isAll) return 0
    const end = found ?? wholeWords(source)
    if (source.slice(0, end).trim() !== '') this.#give(source.slice(0, end), 0, true)
    return end
  }

  #give(source: string, start: number, isText: boolean): void {
    this.#queue.push({ source, start: this.#settled + start, isText })
  }
}

const gap = /\n[ \t]*\n/g

/** Returns where a piece of a text can end without cutting a word, or at least without cutting a character. */
function wholeWords(source: string): number {
  const end = Math.max(source.lastIndexOf(' '), source.lastIndexOf('\n'))
  if (end > source.length / 2) return end
  return /[\uD800-\uDBFF]$/.test(source) ? source.length - 1 : source.length
}

function blocksOf(text: string): { source: string; start: number }[] {
  const lines = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.push(at + 1)
  return parseBlocks(text)
    .filter(({ level, nesting, map }) => level === 0 && nesting !== -1 && map !== null)
    .map(({ map }) => {
      const [start, end] = (map ?? []).map((line) => lines[line] ?? text.length)
      return { source: text.slice(start, end).trimEnd(), start: start ?? 0 }
    })
}
