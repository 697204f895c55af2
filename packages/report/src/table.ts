/** Returns a Markdown table as the formatter writes it: each column has one width. */
export function table(head: string[], lines: string[][]): string {
  const widths = head.map((cell, column) =>
    Math.max(3, ...[head, ...lines].map((line) => (line[column] ?? cell).length)),
  )
  const write = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [write(head), write(widths.map((width) => '-'.repeat(width))), ...lines.map(write)].join(
    '\n',
  )
}
