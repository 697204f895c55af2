import { withoutCode } from './code-spans.ts'

/**
 * Returns unfinished Markdown as it will look when it is finished. Open emphasis, code and links are closed.
 * A sign that can still become different things (`-`, half a link, the first line of a table) is left out
 * until it is clear. The work grows with the length of the text, however many signs it has.
 */
export function mendMarkdown(source: string): string {
  const lineStart = source.lastIndexOf('\n') + 1
  const line = source.slice(lineStart)
  if (inFence(source)) return /^[\s>]*[`~]+$/.test(line) ? source.slice(0, lineStart) : source
  if (/^(?:[-+*_=#>`~|:\s]+|\s*\d{1,9}[.)]?)$/.test(line)) {
    return withoutTableHead(source.slice(0, lineStart))
  }
  return withoutTableHead(closeInline(source))
}

/** Leaves out the first line of a table, because only the second line shows that it is one. */
function withoutTableHead(source: string): string {
  return source.replace(/(^|\n)[ \t]*\|[^\n]*\n?$/, (head, before: string, at: number) =>
    /\|[ \t]*$/.test(source.slice(0, at)) ? head : before,
  )
}

/** Whether a fenced code block is open at the end. */
export function inFence(source: string): boolean {
  let open: string | undefined
  for (const [, fence = '', rest = ''] of source.matchAll(/^[ \t>]*(`{3,}|~{3,})(.*)$/gm)) {
    if (open === undefined) open = fence
    else if (fence.startsWith(open) && rest.trim() === '') open = undefined
  }
  return open !== undefined
}

/** The gap before the paragraph or item with the last line. No emphasis, code or link crosses it. */
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
    const link = openLink(visible)
    if (link !== undefined) {
      text = text.slice(0, link.start) + text.slice(link.label, link.end)
      visible = visible.slice(0, link.start) + visible.slice(link.label, link.end)
    }
  }

  const open = openEmphasis(visible)
  if (closing === '' && open.length > 0 && text.endsWith(open.at(-1) ?? '')) {
    text = text.slice(0, -(open.pop()?.length ?? 0)).trimEnd()
  }
  return source.slice(0, start) + text + closing + open.toReversed().join('')
}

/** Finds a link or image without an end, such as `[a` or `[a](https://b`, and its label. */
function openLink(text: string): { start: number; label: number; end: number } | undefined {
  const address = text.lastIndexOf('](')
  const isAddress = address !== -1 && !text.includes(')', address)
  const open = text.lastIndexOf('[', isAddress ? address : Infinity)
  if (open === -1) return undefined
  const label = open + 1
  const close = text.indexOf(']', label)
  const end = close === -1 ? text.length : close
  const isAtEnd = close === -1 || close === text.length - 1 || (isAddress && close === address)
  if (!isAtEnd || end - label > 80) return undefined
  return { start: text[open - 1] === '!' ? open - 1 : open, label, end }
}

function openEmphasis(text: string): string[] {
  const open: string[] = []
  for (const { 0: mark, index } of text.matchAll(/\*+|_+|~~|~$/g)) {
    const before = text[index - 1] ?? ' '
    const after = text[index + mark.length]
    if (open.at(-1) === mark && before !== ' ') open.pop()
    // A mark in the middle of a word opens nothing, as in 5*3 or snake_case.
    else if (after === undefined || (/\S/.test(after) && !/[\p{L}\p{N}]/u.test(before))) {
      open.push(mark)
    }
  }
  return open
}
