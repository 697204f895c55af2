// A character that no text has: it is taken out of what arrives. The brackets around it make the
// mark punctuation, without which `**Bold.**` before a mark would not be bold.
const reserved = '\uE000'

/** Text and numbers of sources by turns, beginning with text. */
export function splitAtMarks(text: string): string[] {
  return text.split(/⁅\uE000(\d+)\uE000⁆/)
}

/** Text as it may stand next to marks: without any of its own, lines ending in LF. */
export function withoutMarks(text: string): string {
  return text.replaceAll(reserved, '').replaceAll('\r', '')
}

/**
 * Puts the mark of a source behind the Markdown so far: before its white space, so that the mark
 * stands at what it belongs to, and nowhere that would make the Markdown mean something else.
 */
export function addMark(markdown: string, number: number): string {
  const mark = `⁅${reserved}${number}${reserved}⁆`
  const body = markdown.trimEnd()
  const space = markdown.slice(body.length)
  const line = body.slice(body.lastIndexOf('\n') + 1)
  // A fence, a rule or an underline with something behind it is none.
  if (/^[\s>]*(?:[`~]{3,}.*|[-=*_|:\s]+)$/.test(line)) return `${body}\n\n${mark}${space || '\n'}`
  const halfLink = /!?\[[^[\]]*(?:\]\([^)]*)?$/.exec(line)
  const behind = halfLink?.[0] ?? (/^\s*\|.*\|$/.test(line) ? '|' : '')
  return body.slice(0, body.length - behind.length) + mark + behind + space
}
