import MarkdownIt, { type Token } from 'markdown-it'
import { cleanText } from './clean-text.ts'
import { keepPositions } from './inline-positions.ts'

/** Quotes and lists within each other. Nobody writes more, and a window has no room for them. */
const deepestBlock = 30

/**
 * Pieces that a block may be made of: items, cells, links, words in bold. The page gets an element for
 * each, every time that the block has grown.
 */
const mostTokens = 10_000

/**
 * The Markdown of answers: GitHub's, without HTML. Markup in an answer is text like any other, an
 * image is its description: showing it would tell a stranger's server who reads this.
 *
 * This parser was chosen because its work grows with the length of the text, whatever the text is.
 */
const markdown = MarkdownIt({ html: false, linkify: true, maxNesting: 2 * deepestBlock })

keepPositions(markdown)
// Of addresses in the text, those with a scheme are links. The two rules would look for more, and
// join what was escaped to the text around it, whose place in the source is then lost.
markdown.core.ruler.disable(['linkify', 'text_join'])

// An address is shown as it is: decoded, it could look like another.
markdown.normalizeLinkText = (url) => url

const { escapeHtml } = markdown.utils
const { rules } = markdown.renderer
// An entity can be any character.
rules['text_special'] = (tokens, index) => escapeHtml(cleanText(tokens[index]?.content ?? ''))
rules['image'] = (tokens, index, options, env, renderer) =>
  renderer.renderInline(tokens[index]?.children ?? [], options, env)

/** The tokens of a block; undefined where it is to be shown as it came. */
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

/** The blocks that the text has at its top, as tokens; what they contain is not looked at closely. */
export function parseBlocks(text: string): Token[] {
  const tokens: Token[] = []
  markdown.block.parse(text, markdown, {}, tokens)
  return tokens
}

function adapt(token: Token, container: Token | undefined): void {
  // The page's title is the first level, the question the second.
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
