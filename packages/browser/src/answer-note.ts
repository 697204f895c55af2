import type { AnalysisRequest } from '@vectrade/core'

/**
 * Where a page notes the answer that it reads. `sessionStorage` and `localStorage` are such storages.
 *
 * An item is a JSON object with the `id` of the stream and the `request`. Your own storage may return an item with only
 * an `id`. The question of that answer is then `''`.
 */
export interface AnalysisStorage {
  /** Returns the item, or null if there is none. */
  getItem(key: string): string | null
  /** Saves the item in place of the one before. */
  setItem(key: string, item: string): void
  /** Removes the item, if there is one. */
  removeItem(key: string): void
}

/** An answer that can be resumed. */
export interface Noted {
  /** The id of its stream. */
  id: string
  request: string | AnalysisRequest
}

/**
 * Notes the answer that a page reads, so that it can be resumed after a reload. If there is no storage, or the storage
 * throws, the note lives only as long as the page. Browsers throw in frames without an origin, and if the storage is
 * full or switched off.
 */
export class AnswerNote {
  readonly #storage: () => AnalysisStorage | undefined
  readonly #key: () => string
  /** The note that could not be stored. */
  #unstored: Noted | undefined

  /** @param key returns the name of the note. If it throws, as on a server without a page, the note is not stored */
  constructor(storage: AnalysisStorage | false | undefined, key: () => string) {
    this.#storage = () => (storage === undefined ? storageOfSession() : storage || undefined)
    this.#key = key
  }

  read(): Noted | undefined {
    return (
      this.#unstored ??
      this.#try((storage) => {
        const noted = JSON.parse(storage.getItem(this.#key()) ?? 'null') as Partial<Noted> | null
        const { id, request } = noted ?? {}
        return typeof id === 'string'
          ? { id, request: isRequest(request) ? request : '' }
          : undefined
      })
    )
  }

  write(noted: Noted): void {
    const isStored = this.#try((storage) => {
      storage.setItem(this.#key(), JSON.stringify(noted))
      return true
    })
    this.#unstored = isStored ? undefined : noted
  }

  clear(): void {
    this.#unstored = undefined
    this.#try((storage) => storage.removeItem(this.#key()))
  }

  #try<T>(use: (storage: AnalysisStorage) => T): T | undefined {
    try {
      const storage = this.#storage()
      return storage && use(storage)
    } catch {
      return undefined
    }
  }
}

function isRequest(value: unknown): value is string | AnalysisRequest {
  return typeof value === 'string' || typeof (value as { prompt?: unknown })?.prompt === 'string'
}

/** @throws an error of the browser, in a frame that may not store */
function storageOfSession(): AnalysisStorage | undefined {
  return (globalThis as { sessionStorage?: AnalysisStorage }).sessionStorage
}
