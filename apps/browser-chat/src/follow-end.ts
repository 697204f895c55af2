/** Changes the page. A reader at its end stays at the end. Any other reader stays where they are. */
export function followEnd<T>(change: () => T): T {
  const { scrollHeight, clientHeight, scrollTop } = document.documentElement
  // The limit is so small that the smallest step up leaves the end.
  const atEnd = scrollHeight - clientHeight - scrollTop < 8
  const result = change()
  if (atEnd) scrollToEnd()
  return result
}

export function scrollToEnd(): void {
  document.documentElement.scrollTop = document.documentElement.scrollHeight
}
