import { splitAtMarks } from './citation-mark.ts'
import type { Turn } from './turn.ts'

/** An answer as Markdown with its sources, to paste elsewhere. */
export function copyText({ text, sources, simulated }: Turn): string {
  const body = splitAtMarks(text)
    .map((part, at) => (at % 2 === 0 ? part : `[${part}]`))
    .join('')
    .trim()
  const list = sources.map(({ source, url }, index) => `[${index + 1}] ${source} ${url}`)
  const parts = [simulated ? 'Simulated answer' : '', body, list.join('\n')]
  return parts.filter((part) => part !== '').join('\n\n')
}
