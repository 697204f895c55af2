/** Changes the page; a reader who was at its end stays there, any other stays where they are. */
export function followEnd(change: () => void): void {
  const { scrollHeight, clientHeight, scrollTop } = document.documentElement
  // So little that the smallest step up is enough to get away.
  const atEnd = scrollHeight - clientHeight - scrollTop < 8
  change()
  if (atEnd) scrollToEnd()
}

export function scrollToEnd(): void {
  document.documentElement.scrollTop = document.documentElement.scrollHeight
}
