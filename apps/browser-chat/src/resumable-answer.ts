/** An answer that is being written, as a reload or another tab finds it again. */
export interface ResumableAnswer {
  /** The id of its stream. */
  id: string
  /** The question, which only the tab that asked it knows. */
  question: string | undefined
}

/**
 * Notes the answer that is being written. Its id goes into the address, which another tab can open. The
 * question stays in the history of this tab.
 */
export function noteAnswer({ id, question }: ResumableAnswer): void {
  history.replaceState({ question }, '', `${withoutHash()}#stream=${id}`)
}

/** Removes the noted answer from the address and the history. */
export function forgetAnswer(): void {
  history.replaceState(null, '', withoutHash())
}

/** Returns the noted answer; undefined if there is none. */
export function notedAnswer(): ResumableAnswer | undefined {
  const id = /^#stream=([\w-]+)$/.exec(location.hash)?.[1]
  const { question } = (history.state ?? {}) as Partial<ResumableAnswer>
  return id === undefined ? undefined : { id, question }
}

function withoutHash(): string {
  return `${location.pathname}${location.search}`
}
