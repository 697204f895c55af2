import type { MarkdownIt, StateInline } from 'markdown-it'

/** How far the parser was at the last look at it. */
interface Seen {
  pos: number
  /** Text before that place of which there is no token yet. */
  pending: number
  tokens: number
}

/** Has the parser note where in its source each text of a line ends: see {@link endOfText}. */
export function keepPositions(markdown: MarkdownIt): void {
  const seen = new WeakMap<StateInline, Seen>()
  /** Gives the tokens that came since the last look their places. */
  const look = (state: StateInline): void => {
    const last = seen.get(state) ?? { pos: 0, pending: 0, tokens: 0 }
    // The first of them is the text that was pending, the others are what stood behind it.
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
  // What was half of a mark of emphasis is an empty text, which is going to be joined to its neighbour.
  markdown.inline.ruler2.before('fragments_join', 'settle', ({ tokens }) => {
    for (const [at, token] of tokens.entries()) {
      const before = tokens[at - 1]
      if (token.type !== 'text' || token.content !== '' || before?.type !== 'text') continue
      token.meta = before.meta
    }
  })
}

/** Where a text of a line ends in the line's source; undefined where it is not there as it is shown. */
export function endOfText(meta: Record<string, unknown> | null): number | undefined {
  const end = meta?.['end']
  return typeof end === 'number' ? end : undefined
}
