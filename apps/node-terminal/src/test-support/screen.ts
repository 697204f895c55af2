/**
 * Returns the lines that a terminal would show. Knows only the features that the demo uses: line breaks,
 * moving the cursor left, up, and to the beginning of a line, and erasing the rest of a line or of the screen.
 * Throws on anything else, so that the demo uses nothing else. Colors and the visibility of the cursor are left out.
 */
export function screenOf(output: string): string[] {
  const lines: string[][] = [[]]
  let row = 0
  let column = 0
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with one
  for (const [token] of output.matchAll(/\u001b\[\??[\d;]*[A-Za-z]|[^]/gu)) {
    const line = (lines[row] ??= [])
    const [, count = '', command = token] =
      // oxlint-disable-next-line no-control-regex -- as above
      /^\u001b\[(\??[\d;]*)([A-Za-z])$/.exec(token) ?? []
    if (command === token) {
      if (token === '\n') row += 1
      if (token === '\n' || token === '\r') column = 0
      else if (token === '\u001b') throw new Error('An escape sequence that is not known')
      else {
        line[column] = token
        column += 1
      }
    } else if (command === 'D') column -= Number(count)
    else if (command === 'A') row = Math.max(0, row - Number(count))
    else if (command === 'K' || command === 'J') {
      line.length = column
      if (command === 'J') lines.length = row + 1
    } else if (command !== 'm' && !/^\?25[hl]$/.test(count + command)) {
      throw new Error(`An escape sequence that is not known: ${count}${command}`)
    }
  }
  lines[row] ??= []
  return lines.map((line) => line.join('').trimEnd())
}
