/** The character around the page's own marks. It is removed from all texts that arrive. */
export const reserved = '\uE000'

/** The longest name, in characters. Longer names are cut. */
const longestName = 300

/**
 * Returns prose that can be shown in the page: without the sign of the page's own marks, with lines ending
 * in LF. Characters that turn the text after them around are removed too, because they make a text look
 * like another one. apps/node-terminal/src/printable.ts has the same characters. Apps cannot import each
 * other, so a change here belongs there too.
 */
export function cleanText(text: string): string {
  return text.replace(/[\uE000\r\u202A-\u202E\u2066-\u2069]/g, '')
}

/** Returns a name without direction marks, because they could turn around the text next to it. */
export function cleanName(text: string): string {
  return withoutDirection(text.slice(0, longestName)).trim()
}

/** Returns a text for comparison, without invisible direction marks. */
export function withoutDirection(text: string): string {
  return cleanText(text).replace(/[\u061C\u200E\u200F]/g, '')
}

/**
 * Returns a text of the same length with at most eight accents on one letter. A pile of accents covers the
 * lines above it, and a long pile takes seconds to draw. No script needs more on one letter.
 */
export function withoutPiles(text: string): string {
  return text.replace(/(?<=\p{M}{8})\p{M}/gu, (mark) => '\u2060'.repeat(mark.length))
}
