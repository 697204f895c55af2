import { handled } from './handled.ts'

/** Where an iterator's items come from. */
export interface Pull<T> {
  /** The next item if it is there already; undefined where `wait` must be asked. */
  ready(): T | undefined
  /** The next item, or the end. */
  wait(): Promise<IteratorResult<T, undefined>>
}

/** By which an iterator gives items that are there already, without a promise for each. */
export const ready: unique symbol = Symbol('ready')

export interface ReadyIterator<T> extends AsyncIterableIterator<T, undefined, undefined> {
  [ready](): T | undefined
}

/**
 * An iterator over what is pulled. Leaving it, by `break`, `throw` or `return()`, calls `leave`, a
 * pending read or not: an async generator would wait for the read first, and takes more promises.
 */
export function iterate<T>(pull: Pull<T>, leave: () => Promise<void>): ReadyIterator<T> {
  return {
    next() {
      const value = pull.ready()
      return value === undefined ? handled(pull.wait()) : Promise.resolve({ done: false, value })
    },
    async return() {
      await leave()
      return { done: true, value: undefined }
    },
    [ready]: () => pull.ready(),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
