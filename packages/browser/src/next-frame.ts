interface Frames {
  requestAnimationFrame?: (work: () => void) => number
  cancelAnimationFrame?: (frame: number) => void
}

/** How long to wait for a frame, in ms. A hidden page gets none. */
const longestFrame = 250
/** The time between two calls where there are no frames, in ms. */
const withoutFrames = 16

/**
 * Calls a function once, with the next animation frame. Calls it from a timer if the page is hidden or has no frames.
 *
 * @returns a function that prevents the call
 */
export function nextFrame(work: () => void): () => void {
  const { requestAnimationFrame, cancelAnimationFrame } = globalThis as Frames
  const cancel = (): void => {
    clearTimeout(timer)
    if (frame !== undefined) cancelAnimationFrame?.(frame)
  }
  const run = (): void => {
    cancel()
    work()
  }
  // A page can become hidden while it waits for a frame, so there is always a timer as well.
  const timer = setTimeout(run, requestAnimationFrame ? longestFrame : withoutFrames)
  const frame = requestAnimationFrame?.(run)
  return cancel
}
