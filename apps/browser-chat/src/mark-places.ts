import type { Token } from 'markdown-it'
import { endOfText } from './inline-positions.ts'

/** A text of a block that is the same in the source, where it begins at `start`. */
interface Verbatim {
  token: Token
  start: number
}

/**
 * The places for marks in a block. Marks can stand in its texts, but not in code, links or Markdown syntax,
 * and not within a word. One pass finds all places, so that a lookup is cheap.
 */
export class MarkPlaces {
  readonly #source: string
  readonly #texts: Verbatim[] = []
  /** For each place in the source, the text that contains it or ends at it; -1 for none. */
  readonly #textAt: Int32Array
  /** For each place, the next place at the end of a word. */
  readonly #next: Int32Array
  /** For each place after the text of a line, the end of that text, such as the last cell of a row. */
  readonly #lineEnd: Int32Array

  /** @param tokens the tokens of the source, whose texts get the marks */
  constructor(source: string, tokens: readonly Token[]) {
    const size = source.length + 2
    this.#source = source
    this.#textAt = new Int32Array(size).fill(-1)
    this.#next = new Int32Array(size).fill(-1)
    this.#lineEnd = new Int32Array(size).fill(-1)
    const { starts, ends } = this.#addTexts(tokens)
    for (let at = source.length; at >= 0; at -= 1) {
      const isEnd = ends.has(at) || (this.#textAt[at] !== -1 && /\s/.test(source.charAt(at)))
      this.#next[at] = isEnd ? at : (this.#next[at + 1] ?? -1)
    }
    for (let at = 0, end = -1; at <= source.length; at += 1) {
      if (starts.has(at) || source[at - 1] === '\n') end = -1
      if (ends.has(at)) end = at
      this.#lineEnd[at] = end
    }
  }

  /** Returns the place for a mark after so many characters; undefined if there is none. */
  find(at: number): number | undefined {
    if (this.#textAt[at] !== -1 && !isInWord(this.#source, at)) return at
    const end = this.#lineEnd[at] ?? -1
    const found = end === -1 ? (this.#next[at] ?? -1) : end
    return found === -1 ? undefined : found
  }

  /** Puts a sign into the text at a place. Insert several signs from the last to the first. */
  insert(sign: string, place: number): void {
    const text = this.#texts[this.#textAt[place] ?? -1]
    if (text === undefined) return
    const { content } = text.token
    const at = place - text.start
    text.token.content = content.slice(0, at) + sign + content.slice(at)
  }

  /** Adds the texts of all tokens, and returns where paragraphs, headings and cells begin and end. */
  #addTexts(tokens: readonly Token[]): Runs {
    const runs: Runs = { starts: new Set(), ends: new Set() }
    const lines = lineStarts(this.#source)
    let row: [number, number] | null = null
    let cellsEnd = 0
    for (const token of tokens) {
      if (token.type === 'tr_open') {
        row = token.map
        cellsEnd = 0
      }
      const map = token.type === 'table_close' ? (row = null) : (row ?? token.map)
      if (token.type !== 'inline' || map === null || token.content === '') continue
      const from = map[0]
      const pieces: Piece[] = token.content.split('\n').map((text, index) => {
        const lineStart = lines[from + index] ?? 0
        const line = this.#source.slice(lineStart, (lines[from + index + 1] ?? Infinity) - 1)
        // Before the text of a line are only the signs of its blocks. A row has several cells.
        const column = row === null ? line.lastIndexOf(text) : line.indexOf(text, cellsEnd)
        if (row !== null && column !== -1) cellsEnd = column + text.length
        return { start: column === -1 ? -1 : lineStart + column, length: text.length }
      })
      this.#addRun(token, pieces, runs)
    }
    return runs
  }

  /** Adds the texts of a paragraph, heading or cell whose lines are these pieces of the source. */
  #addRun(run: Token, pieces: readonly Piece[], { starts, ends }: Runs): void {
    const children = run.children ?? []
    let piece = 0
    let before = 0
    let links = 0
    for (const [index, token] of children.entries()) {
      links += token.type === 'link_open' ? 1 : token.type === 'link_close' ? -1 : 0
      const end = token.type === 'text' ? endOfText(token.meta) : undefined
      if (links > 0 || end === undefined) continue
      const start = end - token.content.length
      while (start > before + (pieces[piece]?.length ?? Infinity)) {
        before += (pieces[piece]?.length ?? 0) + 1
        piece += 1
      }
      const line = pieces[piece]?.start ?? -1
      if (line === -1) continue
      this.#add(token, line + start - before)
      // Directly after an address, a copied mark would become part of the address.
      if (children[index - 1]?.markup === 'linkify') this.#textAt[line + start - before] = -1
    }
    starts.add(pieces[0]?.start ?? -1)
    const last = pieces.at(-1)
    if (last === undefined || last.start === -1) return
    // After code or a link, the mark gets its own text.
    const text: Token = Object.create(run)
    children.push(Object.assign(text, { type: 'text', content: '', children: null }))
    const end = last.start + last.length
    this.#add(text, end)
    ends.add(end)
  }

  #add(token: Token, start: number): void {
    this.#textAt.fill(this.#texts.length, start, start + token.content.length + 1)
    this.#texts.push({ token, start })
  }
}

/** A line of a text in the source. `start` is -1 if the source has the line in another form. */
interface Piece {
  start: number
  length: number
}

interface Runs {
  starts: Set<number>
  ends: Set<number>
}

function lineStarts(source: string): number[] {
  const starts = [0]
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) {
    starts.push(at + 1)
  }
  return starts
}

/** Returns the place for a mark in plain text: after the word that contains `at`. */
export function endOfWord(source: string, at: number): number {
  if (!isInWord(source, at)) return at
  const space = /\s|$/g
  space.lastIndex = at
  return space.exec(source)?.index ?? source.length
}

function isInWord(source: string, at: number): boolean {
  const next = String.fromCodePoint(source.codePointAt(at) ?? 32)
  return /[\p{L}\p{N}]/u.test(next) && !/[。！？；，、）」』”]/.test(source.charAt(at - 1))
}
