import MarkdownIt, { type Token } from 'markdown-it'
import { cleanText } from './clean-text.ts'
import { keepPositions } from './inline-positions.ts'

/** The deepest nesting of quotes and lists. Deeper ones do not fit into a window. */
const deepestBlock = 30

/**
 * The most pieces of a block: items, cells, links, words in bold. The page creates an element for each
 * piece every time the block grows.
 */
const mostTokens = 10_000

/**
 * The Markdown of answers: GitHub's, without HTML. HTML in an answer is shown as text. An image is shown as
 * its description, because loading it would tell another server who reads this.
 *
 * The work of this parser grows with the length of the text, whatever the text is.
 */
const markdown = MarkdownIt({ html: false, linkify: true, maxNesting: 2 * deepestBlock })

keepPositions(markdown)
// Only addresses with a scheme become links. The two rules would find more links. They would also join
// escaped characters to the text around them, and the text's place in the source would be lost.
markdown.core.ruler.disable(['linkify', 'text_join'])

// An address is shown as it is: decoded, it could look like another.
markdown.normalizeLinkText = (url) => url

const { escapeHtml } = markdown.utils
const { rules } = markdown.renderer
// An entity can be any character.
rules['text_special'] = (tokens, index) => escapeHtml(cleanText(tokens[index]?.content ?? ''))
rules['image'] = (tokens, index, options, env, renderer) =>
  renderer.renderInline(tokens[index]?.children ?? [], options, env)

/** Returns the tokens of a block; undefined if it must be shown as plain text. */
export function parseMarkdown(source: string): Token[] | undefined {
  const tokens = markdown.parse(source, {})
  let count = tokens.length
  for (const { level, children } of tokens) {
    count += children?.length ?? 0
    if (level >= deepestBlock || count > mostTokens) return undefined
  }
  for (const [index, token] of tokens.entries()) adapt(token, tokens[index - 2])
  return tokens
}

export function renderTokens(tokens: Token[]): string {
  return markdown.renderer.render(tokens, markdown.options, {})
}

/** Returns the top-level blocks of the text as tokens, without parsing their contents. */
export function parseBlocks(text: string): Token[] {
  const tokens: Token[] = []
  markdown.block.parse(text, markdown, {}, tokens)
  return tokens
}

function adapt(token: Token, container: Token | undefined): void {
  // The title of the page has the first level, and the question the second.
  if (token.type.startsWith('heading_')) {
    token.tag = `h${Math.min(Math.max(Number(token.tag.slice(1)) + 1, 3), 6)}`
  }
  // The policy of the page forbids styles.
  const align = /^text-align:(\w+)$/.exec(String(token.attrGet('style')))?.[1]
  if (align !== undefined) token.attrs = [['align', align]]
  const text = container?.type === 'list_item_open' ? token.children?.[0] : undefined
  if (text?.type === 'text') text.content = text.content.replace(/^\[[ xX]\](?= )/, checkbox)
}

function checkbox(found: string): string {
  return found === '[ ]' ? '☐' : '☑'
}
