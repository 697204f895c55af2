import stringWidth from 'string-width'
import type { Style } from '../style.ts'

/** A part of a line, with its format. */
export interface Piece {
  text: string
  format: Parameters<Style>[0]
}

const graphemes = new Intl.Segmenter()

/** Joins pieces. A line that would be too long is cut off, so that it stays one line. */
export function toLine(pieces: readonly Piece[], columns: number, style: Style): string {
  let room = columns
  let line = ''
  for (const { text, format } of pieces) {
    const cut = stringWidth(text) <= room ? text : beginning(text, room)
    room -= stringWidth(cut)
    line += cut === '' ? '' : style(format, cut)
    if (cut !== text) break
  }
  return line
}

/** Returns as much of a text as fits. */
function beginning(text: string, columns: number): string {
  let width = 0
  let end = 0
  for (const { segment } of graphemes.segment(text)) {
    width += stringWidth(segment)
    if (width > columns) break
    end += segment.length
  }
  return text.slice(0, end)
}
