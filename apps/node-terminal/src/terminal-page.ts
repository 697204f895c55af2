import stringWidth from 'string-width'
import type { Page } from './answer-view.ts'
import type { Style } from './style.ts'

/**
 * Markup at the beginning of a line. It can arrive in pieces, so the second expression matches its first
 * characters. The number of spaces is limited, because undecided text is read again with every piece.
 */
const lineMarkup = /^ {0,40}(#{1,6}|>|[-*+]|\d{1,3}[.)]) /
const maybeLineMarkup = /^ {0,40}(?:#{1,6}|>|[-*+]|\d{1,3}[.)]?)?$/

/** The longest word, in characters, that moves to the next line as a whole. A longer one is broken. */
const longWord = 32

type Format = Parameters<Style>[0]

/**
 * Writes text to a screen as it arrives. Lines wrap between words. The little Markdown that answers have is
 * shown as headings, bold text, quotes and lists.
 *
 * A word can come in several pieces. Each piece is written at once. If the line is too short for the whole
 * word, the cursor goes back and the word moves to the next line.
 */
export class TerminalPage implements Page {
  readonly #style: Style
  readonly #columns: () => number
  /** Text that may be the beginning of markup. */
  #undecided = ''
  #atLineStart = true
  /** Line breaks and spaces that are written once something follows. */
  #breaks = 0
  #space = ''
  #column = 0
  /** The beginning of each further line of a paragraph, as written, and its width. */
  #indent = ''
  #indentWidth = 0
  #lineFormat: Format[] = []
  #bold = false
  /** The current word, as written, and its width. */
  #word = ''
  #wordWidth = 0
  #empty = true

  constructor(style: Style, columns: () => number) {
    this.#style = style
    this.#columns = columns
  }

  text(content: string): string {
    return this.#set(this.#undecided + content, false)
  }

  mark(label: string): string {
    return this.#settle() + this.#put(label, ['cyan'])
  }

  end(): string {
    const rest = this.#settle()
    return this.#empty ? '' : `${rest}\n`
  }

  /** Writes the undecided text as what it is so far. */
  #settle(): string {
    return this.#set(this.#undecided, true)
  }

  #set(text: string, final: boolean): string {
    let written = ''
    let rest = text
    this.#undecided = ''
    while (rest !== '') {
      if (this.#atLineStart) {
        if (!final && maybeLineMarkup.test(rest)) {
          this.#undecided = rest
          break
        }
        const markup = lineMarkup.exec(rest)
        rest = rest.slice(markup?.[0].length ?? 0)
        if (!rest.startsWith('\n')) written += this.#startLine(markup?.[1] ?? '')
        this.#atLineStart = false
        continue
      }
      if (rest === '*' && !final) {
        this.#undecided = rest
        break
      }
      const [token = ''] = /^(?:\n|[^\S\n]+|\*\*|\*|[^\s*]+)/.exec(rest) ?? []
      rest = rest.slice(token.length)
      if (token === '\n') this.#endLine()
      else if (token === '**') this.#bold = !this.#bold
      else if (token.trim() === '') this.#space += token.replaceAll('\t', '    ')
      else written += this.#put(token, this.#bold ? ['bold'] : [])
    }
    return written
  }

  #endLine(): void {
    this.#atLineStart = true
    this.#bold = false
    this.#space = ''
    if (!this.#empty) this.#breaks = Math.min(this.#breaks + 1, 2)
  }

  /** Begins a line: a heading, a quote, an item or plain text, by its markup. */
  #startLine(markup: string): string {
    const breaks = '\n'.repeat(this.#breaks)
    this.#breaks = 0
    this.#column = 0
    this.#space = ''
    this.#word = ''
    this.#wordWidth = 0
    this.#lineFormat = markup.startsWith('#') ? ['bold'] : markup === '>' ? ['dim'] : []
    const sign = /^[-*+]$/.test(markup) ? '•' : markup === '>' ? '│' : markup.replace(/^#+/, '')
    this.#indentWidth = sign === '' ? 0 : sign.length + 1
    const lead = sign === '' ? '' : `${this.#style('dim', sign)} `
    this.#indent = markup === '>' ? lead : ' '.repeat(this.#indentWidth)
    this.#column = this.#indentWidth
    return breaks + lead
  }

  #put(text: string, format: Format[]): string {
    let written = ''
    for (const piece of piecesOf(text)) written += this.#putPiece(piece, format)
    return written
  }

  #putPiece(text: string, format: Format[]): string {
    const styled = [...this.#lineFormat, ...format].reduce<string>(
      (inner, each) => this.#style(each, inner),
      text,
    )
    const width = stringWidth(text)
    const space = this.#space
    this.#space = ''
    this.#empty = false
    const free = this.#columns() - this.#column - space.length - width
    // A script without spaces can break at every character.
    if (space !== '' || (width > 1 && isWide(text))) {
      this.#word = ''
      this.#wordWidth = 0
    }
    const word = this.#word
    const wordWidth = this.#wordWidth
    this.#word += styled
    this.#wordWidth += width
    if (free >= 0 || this.#column === this.#indentWidth) {
      this.#column += space.length + width
      return space + styled
    }
    const fits = this.#indentWidth + this.#wordWidth <= this.#columns()
    const moves = wordWidth > 0 && wordWidth < this.#column - this.#indentWidth && fits
    this.#column = this.#indentWidth + width + (moves ? wordWidth : 0)
    if (moves) return `\u001b[${wordWidth}D\u001b[K\n${this.#indent}${word}${styled}`
    this.#word = styled
    this.#wordWidth = width
    return `\n${this.#indent}${styled}`
  }
}

const graphemes = new Intl.Segmenter()

function piecesOf(text: string): string[] {
  if (text.length <= longWord && !isWide(text)) return [text]
  return Array.from(graphemes.segment(text), ({ segment }) => segment)
}

/** Chinese, Japanese, Korean: two columns for each character. */
function isWide(text: string): boolean {
  return /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(text)
}
