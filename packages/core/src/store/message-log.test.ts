import { expect, test } from 'vitest'
import { MessageLog } from './message-log.ts'
import type { NumberedMessage } from './stream-store.ts'

const data = ({ value }: IteratorResult<NumberedMessage>): string | undefined => value?.data

test('concurrent reads are served in order, also one that begins when messages are there', async () => {
  const log = new MessageLog()
  const iterator = log.read(0)[Symbol.asyncIterator]()
  const first = iterator.next()
  const second = iterator.next()
  await Promise.resolve()
  log.append([{ data: 'one' }, { data: 'two' }, { data: 'three' }])
  const third = iterator.next()
  expect((await Promise.all([first, second, third])).map(data)).toEqual(['one', 'two', 'three'])
})

test.for([0, 1])(
  'pending reads end, by return() (0) or by the signal (1): %i',
  async (bySignal) => {
    const log = new MessageLog()
    const controller = new AbortController()
    const iterator = log.read(0, controller.signal)[Symbol.asyncIterator]()
    const reads = [iterator.next(), iterator.next()]
    await Promise.resolve()
    if (bySignal) controller.abort()
    else await iterator.return?.()
    expect((await Promise.all(reads)).map(({ done }) => done)).toEqual([true, true])
    expect(log.readers).toBe(0)
  },
)
