/** Changes the page; a reader who was at its end stays there, any other stays where they are. */
export function followEnd<T>(change: () => T): T {
  const { scrollHeight, clientHeight, scrollTop } = document.documentElement
  // So little that the smallest step up is enough to get away.
  const atEnd = scrollHeight - clientHeight - scrollTop < 8
  const result = change()
  if (atEnd) scrollToEnd()
  return result
}

export function scrollToEnd(): void {
  document.documentElement.scrollTop = document.documentElement.scrollHeight
}
