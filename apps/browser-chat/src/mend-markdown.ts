import { isReadable } from './markdown.ts'

/**
 * Unfinished Markdown as it will look: what is open is closed, and what may still become one thing
 * or another (`-`, half a link, the first line of a table) waits until that can be told.
 */
export function mendMarkdown(source: string): string {
  if (!isReadable(source)) return source
  const lineStart = source.lastIndexOf('\n') + 1
  const line = source.slice(lineStart)
  if (inFence(source)) return /^[\s>]*[`~]+$/.test(line) ? source.slice(0, lineStart) : source
  if (/^(?:[-+*_=#>`~|:\s]+|\s*\d{1,9}[.)]?)$/.test(line)) {
    return withoutTableHead(source.slice(0, lineStart))
  }
  return withoutTableHead(closeInline(source))
}

/** A table is one from its second line on. */
function withoutTableHead(source: string): string {
  return source.replace(/(^|\n)[ \t]*\|[^\n]*\n?$/, (head, before: string, at: number) =>
    /\|[ \t]*$/.test(source.slice(0, at)) ? head : before,
  )
}

function inFence(source: string): boolean {
  let open: string | undefined
  for (const [, fence = '', rest = ''] of source.matchAll(/^[\s>]*(`{3,}|~{3,})(.*)$/gm)) {
    if (open === undefined) open = fence
    else if (fence.startsWith(open) && rest.trim() === '') open = undefined
  }
  return open !== undefined
}

/** Where the text begins that the last line's emphasis, code or link can have begun in. */
const inlineStart = /\n[ \t]*\n|\n(?=[ \t>]*(?:[-+*]|\d+[.)]|#+)[ \t])/g

function closeInline(source: string): string {
  const start = [...source.matchAll(inlineStart)].reduce(
    (_, { 0: gap, index }) => index + gap.length,
    0,
  )
  let text = source.slice(start).trimEnd()
  let visible = withoutCode(text)

  let closing = ''
  const code = /`+/.exec(visible)
  if (code !== null) {
    const empty = code.index + code[0].length === visible.length
    visible = visible.slice(0, code.index)
    if (empty) text = text.slice(0, code.index)
    else closing = code[0]
  } else {
    const link = /!?\[([^[\]]{0,80})(?:\](?:\([^)]*)?)?$/.exec(visible)
    if (link !== null) {
      const label = text.slice(link.index).replace(/^!?\[/, '').slice(0, link[1]?.length)
      text = text.slice(0, link.index) + label
      visible = visible.slice(0, link.index) + link[1]
    }
  }

  const open = openEmphasis(visible)
  if (closing === '' && open.length > 0 && text.endsWith(open.at(-1) ?? '')) {
    text = text.slice(0, -(open.pop()?.length ?? 0)).trimEnd()
  }
  return source.slice(0, start) + text + closing + open.toReversed().join('')
}

/** The text with code and escapes, in which nothing else begins, made invisible. */
function withoutCode(text: string): string {
  return text.replace(/\\[^\s]|(`+)(?!`)[^]*?[^`]\1(?!`)/g, (found) => 'x'.repeat(found.length))
}

function openEmphasis(text: string): string[] {
  const open: string[] = []
  for (const { 0: mark, index } of text.matchAll(/\*+|_+|~~|~$/g)) {
    const before = text[index - 1] ?? ' '
    const after = text[index + mark.length]
    if (open.at(-1) === mark && before !== ' ') open.pop()
    // Not in the middle of a word, as in 5*3 or snake_case.
    else if (after === undefined || (/\S/.test(after) && !/[\p{L}\p{N}]/u.test(before))) {
      open.push(mark)
    }
  }
  return open
}
