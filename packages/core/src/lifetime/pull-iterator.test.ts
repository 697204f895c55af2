import { expect, test } from 'vitest'
import { PullIterator } from './pull-iterator.ts'

/** Items that arrive when the test says so. */
class Items {
  readonly #items: (string | Error)[] = []
  #wake = (): void => {}
  running = 0
  mostRunning = 0
  closed = 0
  readonly iterator: PullIterator<string> = new PullIterator<string>({
    ready: () => (typeof this.#items[0] === 'string' ? (this.#items.shift() as string) : undefined),
    wait: () => this.#wait(),
    leave: () => {
      this.closed += 1
    },
  })

  arrive(...items: (string | Error)[]): void {
    this.#items.push(...items)
    this.#wake()
  }

  async #wait(): Promise<IteratorResult<string, undefined>> {
    this.running += 1
    this.mostRunning = Math.max(this.mostRunning, this.running)
    while (this.#items.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    this.running -= 1
    const item = this.#items.shift()
    if (item instanceof Error) throw item
    return item === undefined ? { done: true, value: undefined } : { done: false, value: item }
  }
}

test('concurrent reads are served in the order of their calls, one wait at a time', async () => {
  const items = new Items()
  const reads = [items.iterator.next(), items.iterator.next(), items.iterator.next()]
  items.arrive('a')
  await reads[0]
  items.arrive('b', 'c')
  expect((await Promise.all(reads)).map(({ value }) => value)).toEqual(['a', 'b', 'c'])
  expect(items.mostRunning).toBe(1)
})

test('an item that is already there does not overtake a read that waits', async () => {
  const items = new Items()
  const first = items.iterator.next()
  items.arrive('a', 'b')
  expect(PullIterator.ready(items.iterator)).toBeUndefined()
  const second = items.iterator.next()
  expect((await first).value).toBe('a')
  expect((await second).value).toBe('b')
  items.arrive('c')
  expect(PullIterator.ready(items.iterator)).toBe('c')
})

test('a failure is for the read that meets it, and later reads go on', async () => {
  const items = new Items()
  const reads = [items.iterator.next(), items.iterator.next()]
  const failure = new Error('of the source')
  items.arrive(failure, 'b')
  await expect(reads[0]).rejects.toBe(failure)
  expect((await reads[1])?.value).toBe('b')
})

test('return() does not wait for a pending read', async () => {
  const items = new Items()
  const pending = items.iterator.next()
  expect(await items.iterator.return()).toEqual({ done: true, value: undefined })
  expect(items.closed).toBe(1)
  items.arrive('a')
  await pending
})

test('throw() closes and throws the error', async () => {
  const items = new Items()
  const error = new Error('of the caller')
  await expect(items.iterator.throw(error)).rejects.toBe(error)
  expect(items.closed).toBe(1)
})
