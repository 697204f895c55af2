import { reserved } from './clean-text.ts'
import { endOfWord, MarkPlaces } from './mark-places.ts'
import type { Block } from './markdown-blocks.ts'
import { inFence } from './mend-markdown.ts'
import { parseMarkdown, renderTokens } from './markdown.ts'

/** A place in the Markdown where a source is cited. */
export interface Mark {
  /** The number of characters before it. */
  at: number
  /** The number of the source, from 1. */
  number: number
}

/** The most marks in one block. More would help no reader, and the list has all sources. */
export const mostMarks = 200

/** Returns the pieces of a text: text and numbers of sources in turn, text first. */
export function splitAtMarks(text: string): string[] {
  return text.split(/\uE000(\d+)\uE000/)
}

/**
 * Returns the marks of a block that begins at `start`.
 *
 * @param next the index of the first mark that no earlier block has
 */
export function marksOf(
  { start, source }: { start: number; source: string },
  marks: readonly Mark[],
  next: number,
): Mark[] {
  const end = start + source.length
  const found: Mark[] = []
  for (let mark = marks[next]; mark && mark.at <= end; mark = marks[next + found.length]) {
    found.push({ at: Math.max(0, mark.at - start), number: mark.number })
  }
  return found
}

/** Returns a block as HTML, with a sign for each mark; undefined if it must be shown as plain text. */
export function htmlWithMarks(source: string, marks: readonly Mark[]): string | undefined {
  const tokens = parseMarkdown(source)
  if (tokens === undefined) return undefined
  if (marks.length === 0) return renderTokens(tokens)
  const places = new MarkPlaces(source, tokens)
  const { placed, below } = place(source, marks, (at) => places.find(at))
  for (const { at, number } of placed.toReversed()) places.insert(sign(number), at)
  return renderTokens(tokens) + (below.length === 0 ? '' : `<p>${below.map(sign).join('')}</p>\n`)
}

/** Returns a block as plain text, with a sign for each mark. */
export function textWithMarks(source: string, marks: readonly Mark[]): string {
  const { placed } = place(source, marks, (at) => endOfWord(source, at))
  return withSigns(source, placed, sign)
}

/** Returns a block of Markdown with numbers in brackets for its marks. */
export function markdownWithMarks({ source, isText }: Block, marks: readonly Mark[]): string {
  if (marks.length === 0) return source
  const tokens = isText ? undefined : parseMarkdown(source)
  const places = tokens && new MarkPlaces(source, tokens)
  const find = (at: number): number | undefined =>
    places ? places.find(at) : endOfWord(source, at)
  const { placed, below } = place(source, marks, find)
  const marked = withSigns(source, placed, label)
  if (below.length === 0) return marked
  const body = marked.trimEnd()
  const fence = inFence(body) ? `\n${/^\s*(`{3,}|~{3,})/.exec(body)?.[1] ?? ''}` : ''
  return `${body}${fence}\n\n${below.map(label).join('')}\n`
}

/** Returns the marks with their places in order, and the numbers of the marks without a place. */
function place(
  source: string,
  marks: readonly Mark[],
  find: (at: number) => number | undefined,
): { placed: Mark[]; below: number[] } {
  const placed: Mark[] = []
  const below: number[] = []
  const end = source.trimEnd().length
  let limit = end
  for (const { at, number } of marks.slice(0, mostMarks).toReversed()) {
    const found = find(Math.min(at, end))
    if (found === undefined) below.unshift(number)
    else placed.unshift({ at: (limit = Math.min(found, limit)), number })
  }
  return { placed, below }
}

function withSigns(
  source: string,
  placed: readonly Mark[],
  toSign: (number: number) => string,
): string {
  let text = ''
  let end = 0
  for (const { at, number } of placed) {
    text += source.slice(end, at) + toSign(number)
    end = at
  }
  return text + source.slice(end)
}

function label(number: number): string {
  return `[${number}]`
}

function sign(number: number): string {
  return `${reserved}${number}${reserved}`
}
