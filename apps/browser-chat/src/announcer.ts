/** Tells a screen reader something, after what it is saying. */
export type Announce = (text: string) => void

/** @param region a polite live region that nobody sees */
export function createAnnouncer(region: HTMLElement): Announce {
  return (text) => {
    const line = document.createElement('p')
    line.textContent = text
    region.append(line)
    // More than a reader could be behind, and every one is a node.
    if (region.childElementCount > 50) region.firstElementChild?.remove()
    // It has been taken in by then; left there, it would be found a second time by reading on.
    setTimeout(() => line.remove(), 5_000)
  }
}
