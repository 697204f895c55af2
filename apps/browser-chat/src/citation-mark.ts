import { markdown } from './markdown.ts'

/** Where in the Markdown a source is cited. */
export interface Mark {
  /** Characters before it. */
  at: number
  /** The source's, from 1. */
  number: number
}

// A character that no text has: it is taken out of what arrives. The brackets around it make the
// mark punctuation, without which `**Bold.**` before a mark would not be bold.
const reserved = '\uE000'

/** Text and numbers of sources by turns, beginning with text. */
export function splitAtMarks(text: string): string[] {
  return text.split(/⁅\uE000(\d+)\uE000⁆/)
}

/**
 * Text as it may stand next to marks: without any of its own, lines ending in LF. Characters that
 * turn the direction of others around go as well: all they do in prose is to make it look like another.
 */
export function cleanText(text: string): string {
  return text.replace(/[\uE000\r\u202D\u202E]/g, '')
}

/** The marks between two places of the text, counted from `start`. */
export function marksBetween(
  marks: readonly Mark[],
  after: number,
  { start, source }: { start: number; source: string },
): Mark[] {
  const end = start + source.length
  return marks
    .filter(({ at }) => at > after && at <= end)
    .map(({ at, number }) => ({ at: Math.max(0, at - start), number }))
}

/**
 * Puts the marks of sources into a block of Markdown: each where it belongs if the Markdown then
 * still means the same, else at the next place where it does, else in a paragraph below.
 */
export function placeMarks(block: string, marks: readonly Mark[]): string {
  if (marks.length === 0) return block
  const signs = (some: readonly Mark[]): string => some.map(({ number }) => sign(number)).join('')
  let placed = block
  let below = signs(marks.slice(mostPlaced))
  try {
    const plain = html(block)
    // From the last one, so that the others' places stay what they are: none goes past the next.
    let limit = block.length
    for (const { at, number } of marks.slice(0, mostPlaced).toReversed()) {
      const markedAt = (place: number): string =>
        placed.slice(0, place) + sign(number) + placed.slice(place)
      const place = places(block, at)
        .map((found) => Math.min(found, limit))
        .find((found) => isIntact(markedAt(found), plain))
      if (place === undefined) below = sign(number) + below
      else {
        placed = markedAt(place)
        limit = place
      }
    }
    if (below === '') return placed
    const fence = /^\s*(`{3,}|~{3,})/.exec(block)?.[1] ?? ''
    const body = placed.trimEnd()
    const isOutside = (text: string): boolean => !isInside(html(text).split(sign(-1))[0] ?? '')
    const end = isOutside(`${body}\n\n${sign(-1)}`) ? '' : `\n${fence}`
    return `${body}${end}\n\n${below}\n`
  } catch {
    // Not even a parser can read it: it will be shown as text.
    return `${block.trimEnd()}\n\n${signs(marks)}\n`
  }
}

/** Each costs some parsing. More in one block are no citations that anybody would look up. */
const mostPlaced = 40
const mostTried = 20

function sign(number: number): string {
  return `⁅${reserved}${number}${reserved}⁆`
}

function html(source: string): string {
  return markdown.parse(source, { async: false })
}

/** Where a mark may stand, the nearest first: nowhere within a word. */
function places(block: string, at: number): number[] {
  const end = block.trimEnd().length
  const place = Math.min(at, end)
  const found: number[] = []
  const rest = block.slice(place, end)
  if (!/^[\p{L}\p{N}]/u.test(rest) || /[。！？；，、）」』”]$/.test(block.slice(0, place))) {
    found.push(place)
  }
  // Behind its last cell, a row of a table has no place.
  const cellEnd = /[ \t]*\|[ \t]*$/.exec(block.slice(0, place))
  if (cellEnd !== null) found.push(cellEnd.index)
  for (const { index } of rest.matchAll(/\s+/g)) {
    if (found.length > mostTried) break
    found.push(place + index)
  }
  return [...found, end]
}

/** Whether Markdown with marks means what it means without, and none is in code, a link or a tag. */
function isIntact(candidate: string, plain: string): boolean {
  const texts = splitAtMarks(html(candidate)).filter((_, at) => at % 2 === 0)
  if (texts.length !== splitAtMarks(candidate).filter((_, at) => at % 2 === 0).length) return false
  return texts.join('') === plain && texts.every((_, at) => !isInside(texts.slice(0, at).join('')))
}

/** Whether HTML that ends here ends within something that no mark belongs into. */
function isInside(before: string): boolean {
  const isOpen = (open: string, close: string): boolean =>
    before.lastIndexOf(open) > before.lastIndexOf(close)
  return isOpen('<', '>') || isOpen('<a ', '</a>') || isOpen('<code', '</code>')
}
