/** Runs `render` at most once per frame, however often the result is called. */
export function perFrame(render: () => void): () => void {
  let waiting = false
  return () => {
    if (waiting) return
    waiting = true
    requestAnimationFrame(() => {
      waiting = false
      render()
    })
  }
}
