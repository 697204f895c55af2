import type { AnalysisStorage } from '@vectrade/browser'

/**
 * Keeps the id of the current answer's stream in the address of the page. A reload finds it there, and so does another
 * tab that opens the same address. The question is not in the address. It is in the history of the tab that asked it.
 */
export const addressStorage: AnalysisStorage = {
  setItem(_, item) {
    const { id } = JSON.parse(item) as { id: string }
    history.replaceState({ item }, '', `${withoutHash()}#stream=${id}`)
  },

  getItem() {
    const id = /^#stream=([\w-]+)$/.exec(location.hash)?.[1]
    if (id === undefined) return null
    const { item } = (history.state ?? {}) as { item?: string }
    return item ?? JSON.stringify({ id })
  },

  removeItem() {
    // The reader may have opened another address in the meantime.
    if ((history.state as { item?: string } | null)?.item === undefined) return
    history.replaceState(null, '', withoutHash())
  },
}

function withoutHash(): string {
  return `${location.pathname}${location.search}`
}
