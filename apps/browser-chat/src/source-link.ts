import { type Citation, safeUrl } from '@vectrade/browser'

/** Makes a link of `anchor`: a new tab, which gets neither a handle on this page nor its address. */
export function linkOut(anchor: HTMLAnchorElement, url: string): void {
  anchor.href = url
  anchor.target = '_blank'
  anchor.rel = 'noopener noreferrer nofollow'
}

/** An entry of the list of sources. Only web addresses are links. */
export function createSource({ source, url }: Citation): HTMLLIElement {
  const item = document.createElement('li')
  const safe = safeUrl(url)
  const host = document.createElement('span')
  host.className = 'host'
  host.textContent = safe === undefined ? 'no web address' : new URL(safe).host
  const name = document.createElement(safe === undefined ? 'span' : 'a')
  if (name instanceof HTMLAnchorElement && safe !== undefined) linkOut(name, safe)
  name.textContent = source.trim() || host.textContent
  item.append(name, ' ', host)
  return item
}
