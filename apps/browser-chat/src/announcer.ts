/** Tells a screen reader a text, which it says after the current one. */
export type Announce = (text: string) => void

/** @param region a polite live region that is not visible */
export function createAnnouncer(region: HTMLElement): Announce {
  return (text) => {
    const line = document.createElement('p')
    line.textContent = text
    region.append(line)
    // Every line is a node. A screen reader is never more lines late than this.
    if (region.childElementCount > 50) region.firstElementChild?.remove()
    // The screen reader has the line by then. If it stayed, a user who reads on would find it again.
    setTimeout(() => line.remove(), 5_000)
  }
}
