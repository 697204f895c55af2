import { handled } from './handled.ts'

/**
 * An iterator over what `pick` makes of each item; items it makes nothing of are left out. Leaving
 * it, by `break`, `throw` or `return()`, calls `leave`, a pending read or not: an async generator
 * would wait for the read first.
 *
 * @param next the next item, undefined at the end
 */
export function iterate<I, T>(
  next: () => Promise<I | undefined>,
  leave: () => Promise<void>,
  pick: (item: I) => T | undefined,
): AsyncIterableIterator<T, undefined, undefined> {
  const read = async (): Promise<IteratorResult<T, undefined>> => {
    for (;;) {
      const item = await next()
      if (item === undefined) return { done: true, value: undefined }
      const value = pick(item)
      if (value !== undefined) return { done: false, value }
    }
  }
  return {
    next: () => handled(read()),
    async return() {
      await leave()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
