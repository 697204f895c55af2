/**
 * Returns the text with code and escapes masked, because no other markup begins inside them. Each backtick
 * is read at most twice, whether or not there is another run of its length.
 */
export function withoutCode(text: string): string {
  /** For each length, where the runs of that length begin, the last one first. */
  const runs = new Map<number, number[]>()
  for (const { 0: run, index } of [...text.matchAll(/`+/g)].toReversed()) {
    const known = runs.get(run.length)
    if (known) known.push(index)
    else runs.set(run.length, [index])
  }
  let visible = ''
  let end = 0
  const hide = (from: number, to: number): void => {
    visible += text.slice(end, from) + 'x'.repeat(to - from)
    end = to
  }
  const mark = /\\[^\s]|`+/g
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    const { 0: found, index } = match
    if (found.startsWith('\\')) {
      hide(index, index + found.length)
      continue
    }
    const closing = runs.get(found.length) ?? []
    while ((closing.at(-1) ?? Infinity) <= index) closing.pop()
    const close = closing.at(-1)
    if (close === undefined) continue
    hide(index, close + found.length)
    mark.lastIndex = end
  }
  return visible + text.slice(end)
}
