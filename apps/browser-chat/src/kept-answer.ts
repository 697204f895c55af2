/** An answer that is being written, as a reload or another tab finds it again. */
export interface KeptAnswer {
  /** Of its stream. */
  id: string
  /** Known in the tab alone that asked it. */
  question: string | undefined
}

/** Its id is in the address, which another tab can follow; the question stays in this one's history. */
export function keepAnswer({ id, question }: KeptAnswer): void {
  history.replaceState({ question }, '', `${withoutHash()}#stream=${id}`)
}

export function forgetAnswer(): void {
  history.replaceState(null, '', withoutHash())
}

export function keptAnswer(): KeptAnswer | undefined {
  const id = /^#stream=([\w-]+)$/.exec(location.hash)?.[1]
  const { question } = (history.state ?? {}) as Partial<KeptAnswer>
  return id === undefined ? undefined : { id, question }
}

function withoutHash(): string {
  return `${location.pathname}${location.search}`
}
