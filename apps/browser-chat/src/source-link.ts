import { type Citation, safeUrl } from '@vectrade/browser'
import { cleanName, withoutDirection } from './clean-text.ts'

/** Makes `anchor` a link to a new tab, which gets neither a reference to this page nor its address. */
export function linkOut(anchor: HTMLAnchorElement, url: string): void {
  anchor.href = url
  anchor.target = '_blank'
  anchor.rel = 'noopener noreferrer nofollow'
}

/** Returns the host of a link whose text looks like another address; undefined if the text is honest. */
export function hiddenHost(text: string, url: string): string | undefined {
  const { host, hostname } = new URL(url)
  const shown = withoutDirection(text).trim().toLowerCase()
  if (!/[\p{L}\p{N}]\.\p{L}{2}/u.test(shown)) return undefined
  const address = shown.replace(/^https?:\/\//, '')
  const isThat = [host, hostname].some(
    (name) => address.startsWith(name) && !/^[\p{L}\p{N}.@:_-]/u.test(address.slice(name.length)),
  )
  return isThat ? undefined : host
}

export function createHost(host: string): HTMLElement {
  const element = document.createElement('bdi')
  element.className = 'host'
  element.textContent = host
  return element
}

/** Creates an entry of the list of sources. Only web addresses are links. */
export function createSource({ source, url }: Citation): HTMLLIElement {
  const item = document.createElement('li')
  const safe = safeUrl(url)
  const host = createHost(safe === undefined ? 'no web address' : new URL(safe).host)
  const name = document.createElement(safe === undefined ? 'span' : 'a')
  if (name instanceof HTMLAnchorElement && safe !== undefined) linkOut(name, safe)
  name.dir = 'auto'
  name.textContent = cleanName(source) || host.textContent
  item.append(name, ' ', host)
  return item
}
