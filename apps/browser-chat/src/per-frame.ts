/**
 * Returns a function that calls `render` with the next frame. `render` runs at most once per frame, and
 * takes at most a quarter of the time, so that the page stays usable.
 *
 * @param render returns whether it is done; otherwise it is called again
 */
export function perFrame(render: () => boolean): () => void {
  let waiting = false
  let earliest = 0
  const run = (): void => {
    waiting = false
    const start = performance.now()
    const isDone = render()
    const end = performance.now()
    earliest = end - start > 16 ? end + 3 * (end - start) : 0
    if (!isDone) show()
  }
  const show = (): void => {
    if (waiting) return
    const pause = earliest - performance.now()
    if (pause > 0) setTimeout(() => requestAnimationFrame(run), pause)
    else requestAnimationFrame(run)
    waiting = true
  }
  return show
}
