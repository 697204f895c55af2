import { type Citation, safeUrl } from '@vectrade/browser'
import DOMPurify from 'dompurify'
import { htmlWithMarks, type Mark, splitAtMarks, textWithMarks } from './citation-mark.ts'
import { cleanName } from './clean-text.ts'
import type { Block } from './markdown-blocks.ts'
import { createHost, hiddenHost, linkOut } from './source-link.ts'

// Created once, because it costs more than most blocks.
DOMPurify.setConfig({
  ALLOWED_TAGS:
    'p h3 h4 h5 h6 ul ol li blockquote pre code hr br a em strong s table thead tbody tr th td'.split(
      ' ',
    ),
  ALLOWED_ATTR: ['href', 'start', 'align'],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
})

/**
 * Returns the nodes of a block of an answer. They have only the tags and attributes above. Links lead to
 * http and https, in a new tab that knows nothing of this one. A block that cannot be read as Markdown is
 * shown as plain text.
 */
export function renderMarkdown(
  block: Pick<Block, 'source' | 'isText'>,
  marks: readonly Mark[],
  sources: readonly Citation[],
): DocumentFragment {
  const fragment = parse(block, marks) ?? asText(block.source, marks)
  for (const link of fragment.querySelectorAll('a')) {
    const url = safeUrl(link.getAttribute('href') ?? '')
    if (url === undefined) link.replaceWith(...link.childNodes)
    else {
      linkOut(link, url)
      const host = hiddenHost(link.textContent, url)
      if (host !== undefined) link.after(' ', createHost(host))
    }
  }
  for (const list of fragment.querySelectorAll('ol')) makeRoom(list)
  for (const table of fragment.querySelectorAll('table')) makeScrollable(table)
  for (const element of fragment.children) {
    if (!element.matches('pre, hr')) element.setAttribute('dir', 'auto')
  }
  addMarks(fragment, sources)
  return fragment
}

function parse(
  { source, isText }: Pick<Block, 'source' | 'isText'>,
  marks: readonly Mark[],
): DocumentFragment | undefined {
  const html = isText ? undefined : htmlWithMarks(source, marks)
  // With these options it returns a fragment. Its types do not express this.
  return html === undefined ? undefined : (DOMPurify.sanitize(html) as unknown as DocumentFragment)
}

function asText(source: string, marks: readonly Mark[]): DocumentFragment {
  const fragment = document.createDocumentFragment()
  const paragraph = document.createElement('p')
  paragraph.className = 'as-text'
  paragraph.textContent = textWithMarks(source, marks)
  fragment.append(paragraph)
  return fragment
}

/** Widens a list with long numbers. They are outside of its text, where a phone has room for two digits. */
function makeRoom(list: HTMLOListElement): void {
  const digits = String(list.start + list.childElementCount).length
  if (digits > 2) list.style.paddingInlineStart = `${digits + 1.5}ch`
}

/** Makes a table scroll, because it may be wider than a phone. It can get the focus, for the keyboard. */
function makeScrollable(table: HTMLTableElement): void {
  const frame = document.createElement('div')
  frame.className = 'table'
  frame.tabIndex = 0
  frame.role = 'group'
  frame.ariaLabel = 'Table'
  table.replaceWith(frame)
  frame.append(table)
}

function addMarks(fragment: DocumentFragment, sources: readonly Citation[]): void {
  const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_TEXT)
  const texts: Text[] = []
  while (walker.nextNode()) texts.push(walker.currentNode as Text)
  for (const text of texts) {
    const parts = splitAtMarks(text.data)
    if (parts.length === 1) continue
    const nodes = parts.map((part, at) => (at % 2 === 0 ? part : createMark(part, sources)))
    text.replaceWith(...nodes)
  }
}

function createMark(number: string, sources: readonly Citation[]): HTMLElement {
  const { source = '', url = '' } = sources[Number(number) - 1] ?? {}
  const name = cleanName(source)
  const mark = document.createElement('sup')
  const safe = safeUrl(url)
  const label = document.createElement(safe === undefined ? 'span' : 'a')
  if (label instanceof HTMLAnchorElement && safe !== undefined) {
    linkOut(label, safe)
    label.ariaLabel = `Source ${number}: ${name}`
  }
  label.textContent = number
  label.title = name
  mark.append(label)
  return mark
}
