/** A character that no text has: it is taken out of what arrives, and stands around the page's own marks. */
export const reserved = '\uE000'

/** Characters of a name; what is longer is none. */
const longestName = 300

/**
 * Prose as it may stand in the page: without the sign of the page's own marks, lines ending in LF.
 * Characters that turn the text behind them around go as well: all they do in prose is to make it look
 * like another. The terminal in apps/node-terminal leaves out the same: printable.ts.
 */
export function cleanText(text: string): string {
  return text.replace(/[\uE000\r\u202A-\u202E\u2066-\u2069]/g, '')
}

/** A name, which has no use for any direction: it could turn around what stands next to it. */
export function cleanName(text: string): string {
  return withoutDirection(text.slice(0, longestName)).trim()
}

/** Text as it is compared: what cannot be seen in it is left out. */
export function withoutDirection(text: string): string {
  return cleanText(text).replace(/[\u061C\u200E\u200F]/g, '')
}

/**
 * Text of the same length without accents that are piled on each other: a pile covers the lines above
 * it, and a long one takes seconds to draw. No script needs more on one letter.
 */
export function withoutPiles(text: string): string {
  return text.replace(/(?<=\p{M}{8})\p{M}/gu, (mark) => '\u2060'.repeat(mark.length))
}
