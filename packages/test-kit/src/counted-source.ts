/** A source of items that counts how it is used. */
export interface CountedSource<T> extends AsyncIterable<T> {
  /** How many items were taken. */
  readonly taken: number
  /** How often it was ended from outside. */
  readonly returned: number
}

/**
 * Returns a source that yields the items and then ends, fails, or stays silent forever. Its
 * `return` resolves even while a read is pending, like that of an `AnalysisStream`.
 */
export function countedSource<T>(
  items: Iterable<T>,
  after: 'end' | 'silence' | Error = 'end',
): CountedSource<T> {
  const iterator = items[Symbol.iterator]()
  const counted = {
    taken: 0,
    returned: 0,
    [Symbol.asyncIterator]: (): AsyncIterator<T> => ({
      async next() {
        const result = iterator.next()
        if (!result.done) {
          counted.taken += 1
          return result
        }
        if (after === 'silence') return new Promise(() => {})
        if (after === 'end') return { done: true, value: undefined }
        throw after
      },
      async return() {
        counted.returned += 1
        return { done: true, value: undefined }
      },
    }),
  }
  return counted
}
