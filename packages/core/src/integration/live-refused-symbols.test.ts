import { expect, test, vi } from 'vitest'
import { type LiveEvent, ValidationError } from '../index.ts'
import { catchError } from '../test-support/body.ts'
import { quote, take } from '../test-support/live-events.ts'
import { beginFeed, useLiveServer } from '../test-support/use-live-server.ts'

const lab = useLiveServer()

const message = 'There is no symbol "NOPE"'
const refuse = (): Response =>
  Response.json({ error: { type: 'validation_error', message } }, { status: 422 })
const refusal = (symbols: string[]): LiveEvent => ({
  type: 'unknown',
  content: '',
  wireType: 'error',
  data: { error: { type: 'validation_error', message }, symbols },
})

test('symbols that the server refuses are taken out and reported, and the feed goes on', async () => {
  const { feed, iterator, old: connection } = await beginFeed(lab)
  lab.server.refusals.push(refuse)
  feed.add(['NOPE', 'AMD'])
  expect(await take(iterator, 1)).toEqual([refusal(['NOPE', 'AMD'])])
  connection.send(quote('NVDA', 2), '2')
  expect(await take(iterator, 1)).toEqual([quote('NVDA', 2)])
  expect(feed.state).toBe('live')
  expect(connection.isClosed).toBe(false)
  // They can be added again one by one.
  feed.add(['AMD'])
  const next = await lab.server.connection(2)
  expect(next.url.searchParams.get('symbols')).toBe('NVDA,AMD')
  expect(next.url.searchParams.get('added')).toBe('AMD')
})

test('what has arrived during the change comes before the report, and the next change is made', async () => {
  const { feed, iterator, old } = await beginFeed(lab)
  lab.server.holdNext()
  feed.add(['NOPE'])
  await vi.advanceTimersByTimeAsync(0)
  feed.add(['AMD'])
  old.send(quote('NVDA', 2), '2')
  await vi.advanceTimersByTimeAsync(0)
  lab.server.refuseHeld(422)
  const [event, report] = await take(iterator, 2)
  expect(event).toEqual(quote('NVDA', 2))
  expect(report).toMatchObject({ type: 'unknown', data: { symbols: ['NOPE'] } })
  const next = await lab.server.connection(2)
  expect(next.url.searchParams.get('symbols')).toBe('NVDA,AMD')
  expect(next.lastEventId).toBe('2')
})

test('symbols that were added while the connection was lost are refused in the same way', async () => {
  const feed = lab.subscribe()
  const iterator = feed[Symbol.asyncIterator]()
  const first = await lab.server.connection(1)
  first.send(quote('NVDA', 1), '1')
  await take(iterator, 1)
  lab.server.refusals.push(refuse)
  first.end()
  await vi.advanceTimersByTimeAsync(0)
  feed.add(['NOPE'])
  await vi.advanceTimersByTimeAsync(500)
  const second = await lab.server.connection(2)
  expect(second.url.searchParams.get('symbols')).toBe('NVDA')
  expect(await take(iterator, 1)).toEqual([refusal(['NOPE'])])
})

test.for(['the first request', 'the symbols that remain'])(
  'a feed ends if the server refuses %s',
  async (what) => {
    if (what === 'the first request') lab.server.refusals.push(refuse)
    const feed = lab.subscribe(['NVDA', 'AMD'])
    const iterator = feed[Symbol.asyncIterator]()
    if (what !== 'the first request') {
      const connection = await lab.server.connection(1)
      connection.send(quote('NVDA', 1), '1')
      await take(iterator, 1)
      lab.server.refusals.push(refuse)
      feed.remove(['AMD'])
    }
    expect(await catchError(iterator.next())).toBeInstanceOf(ValidationError)
    expect((await feed.closed).reason).toBe('failed')
  },
)
