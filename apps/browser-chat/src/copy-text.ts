import { markdownWithMarks, marksOf } from './citation-mark.ts'
import { type Block, MarkdownBlocks } from './markdown-blocks.ts'
import type { Turn } from './turn.ts'

/** An answer as Markdown with its sources, to paste elsewhere. */
export function copyText(turn: Turn): string {
  const { text, marks, sources } = turn
  let body = ''
  let end = 0
  let marked = 0
  for (const block of blocksOf(text)) {
    const own = marksOf(block, marks, marked)
    marked += own.length
    body += text.slice(end, block.start) + markdownWithMarks(block, own)
    end = block.start + block.source.length
  }
  const list = sources.map(({ source, url }, index) => `[${index + 1}] ${source} ${url}`)
  const parts = [originOf(turn), body.trim(), list.join('\n')]
  return parts.filter((part) => part !== '').join('\n\n')
}

function originOf({ simulated, isElsewhere, model = 'another model' }: Turn): string {
  if (simulated) return 'Simulated answer'
  return isElsewhere ? `Written by ${model}, not by VecTrade` : ''
}

function* blocksOf(text: string): Generator<Block> {
  const blocks = new MarkdownBlocks()
  for (;;) {
    const { settled, live } = blocks.split(text)
    yield* settled
    if (live !== undefined) return yield live
  }
}
