import { Marked } from 'marked'

/**
 * The Markdown of answers: GitHub's, without HTML. Markup in an answer is text like any other, an
 * image is its description: showing it would tell a stranger's server who reads this.
 */
export const markdown: Marked = new Marked({
  tokenizer: { html: () => undefined, tag: () => undefined },
  renderer: {
    // The page's title is the first level, the question the second.
    heading({ depth, tokens }) {
      const level = Math.min(Math.max(depth + 1, 3), 6)
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`
    },
    image({ tokens }) {
      return this.parser.parseInline(tokens)
    },
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  },
})

/**
 * Whether text is read as Markdown. Nobody writes a block that is not, but it would take seconds:
 * emphasis, such as that of `_a*` on and on, takes the square of its length.
 */
export function isReadable(text: string): boolean {
  return text.length <= 30_000 && (text.match(/[*_]/g)?.length ?? 0) <= 2_000
}
