import { type Citation, safeUrl } from '@vectrade/browser'
import DOMPurify from 'dompurify'
import { splitAtMarks } from './citation-mark.ts'
import { markdown } from './markdown.ts'
import { linkOut } from './source-link.ts'

const allowed = {
  ALLOWED_TAGS:
    'p h3 h4 h5 h6 ul ol li blockquote pre code hr br a em strong del table thead tbody tr th td'.split(
      ' ',
    ),
  ALLOWED_ATTR: ['href', 'start', 'align'],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
}

/**
 * The nodes of an answer's Markdown. Nothing that comes from the answer gets here but the tags and
 * attributes above; links lead to http and https, in a new tab that knows nothing of this one.
 */
export function renderMarkdown(source: string, sources: readonly Citation[]): DocumentFragment {
  const html = markdown.parse(source, { async: false })
  const fragment = DOMPurify.sanitize(html, { ...allowed, RETURN_DOM_FRAGMENT: true })
  for (const link of fragment.querySelectorAll('a')) {
    const url = safeUrl(link.getAttribute('href') ?? '')
    if (url === undefined) link.replaceWith(...link.childNodes)
    else linkOut(link, url)
  }
  for (const table of fragment.querySelectorAll('table')) makeScrollable(table)
  addMarks(fragment, sources)
  return fragment
}

/** A table may be wider than a phone; those who have no pointer scroll it once it has the focus. */
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
  const mark = document.createElement('sup')
  const safe = safeUrl(url)
  const label = document.createElement(safe === undefined ? 'span' : 'a')
  if (label instanceof HTMLAnchorElement && safe !== undefined) {
    linkOut(label, safe)
    label.ariaLabel = `Source ${number}: ${source}`
  }
  label.textContent = number
  label.title = source
  mark.append(label)
  return mark
}
