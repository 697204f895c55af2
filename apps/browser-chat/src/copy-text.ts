import { marksBetween, placeMarks, splitAtMarks } from './citation-mark.ts'
import { MarkdownBlocks } from './markdown-blocks.ts'
import type { Turn } from './turn.ts'

/** An answer as Markdown with its sources, to paste elsewhere. */
export function copyText({ text, marks, sources, simulated }: Turn): string {
  const { settled, live } = new MarkdownBlocks().split(text)
  let body = ''
  let end = 0
  for (const block of [...settled, live]) {
    const own = marksBetween(marks, end === 0 ? -1 : end, block)
    body += text.slice(end, block.start) + placeMarks(block.source, own)
    end = block.start + block.source.length
  }
  const numbered = splitAtMarks(body).map((part, at) => (at % 2 === 0 ? part : `[${part}]`))
  const list = sources.map(({ source, url }, index) => `[${index + 1}] ${source} ${url}`)
  const parts = [simulated ? 'Simulated answer' : '', numbered.join('').trim(), list.join('\n')]
  return parts.filter((part) => part !== '').join('\n\n')
}
