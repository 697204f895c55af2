import type { MarkdownIt, StateInline } from 'markdown-it'

/** The parser's position at the last look. */
interface Seen {
  pos: number
  /** The length of the text before that position that is in no token yet. */
  pending: number
  tokens: number
}

/** Makes the parser record where each text of a line ends in its source: see {@link endOfText}. */
export function keepPositions(markdown: MarkdownIt): void {
  const seen = new WeakMap<StateInline, Seen>()
  /** Gives the tokens that came since the last look their places. */
  const look = (state: StateInline): void => {
    const last = seen.get(state) ?? { pos: 0, pending: 0, tokens: 0 }
    // The first token is the text that was pending. The others came after it.
    let end = last.pos - last.pending
    for (let at = last.tokens; at < state.tokens.length; at += 1) {
      const token = state.tokens[at]
      if (token?.type !== 'text') continue
      end += token.content.length
      token.meta = { end }
    }
    const { pos, pending, tokens } = state
    seen.set(state, { pos, pending: pending.length, tokens: tokens.length })
  }
  markdown.inline.ruler.before('text', 'look', (state, silent) => {
    if (!silent) look(state)
    return false
  })
  markdown.inline.ruler2.before('balance_pairs', 'look', look)
  // Half of an emphasis mark becomes an empty text. The parser will join it to its neighbour.
  markdown.inline.ruler2.before('fragments_join', 'settle', ({ tokens }) => {
    for (const [at, token] of tokens.entries()) {
      const before = tokens[at - 1]
      if (token.type !== 'text' || token.content !== '' || before?.type !== 'text') continue
      token.meta = before.meta
    }
  })
}

/** Returns where a text of a line ends in the line's source; undefined if the source differs from the text. */
export function endOfText(meta: Record<string, unknown> | null): number | undefined {
  const end = meta?.['end']
  return typeof end === 'number' ? end : undefined
}
