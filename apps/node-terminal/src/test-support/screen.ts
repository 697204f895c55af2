/**
 * Returns the lines that a terminal would show. Knows only the features that the demo uses: line breaks,
 * moving the cursor left, and erasing the rest of a line. Throws on anything else, so that the demo uses
 * nothing else.
 */
export function screenOf(output: string): string[] {
  const lines: string[][] = [[]]
  let column = 0
  // oxlint-disable-next-line no-control-regex -- escape sequences begin with one
  for (const [token, left] of output.matchAll(/\u001b\[(\d+)D|\u001b\[K|[^]/gu)) {
    const line = lines.at(-1) ?? []
    if (left !== undefined) column -= Number(left)
    else if (token === '\u001b[K') line.length = column
    else if (token === '\n') {
      lines.push([])
      column = 0
    } else if (token === '\u001b') throw new Error('An escape sequence that is not known')
    else {
      line[column] = token
      column += 1
    }
  }
  return lines.map((line) => line.join('').trimEnd())
}
