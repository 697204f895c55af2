import type { AnalysisStorage } from '../index.ts'

export function memoryStorage(): AnalysisStorage & { readonly size: number } {
  const items = new Map<string, string>()
  return {
    get size() {
      return items.size
    },
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, item) => void items.set(key, item),
    removeItem: (key) => void items.delete(key),
  }
}
