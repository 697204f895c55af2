import { expect, test, vi } from 'vitest'
import { ConnectionError } from '../errors/connection-error.ts'
import { LiveFeed } from './live-feed.ts'

test('a feed whose code cannot be loaded is closed, and closing it throws nothing', async () => {
  const error = new ConnectionError('The code for live data could not be loaded', 'connect')
  const onStateChange = vi.fn()
  const feed = new LiveFeed(new Set(['NVDA']), { onStateChange }, Promise.reject(error))
  expect(feed.state).toBe('connecting')
  expect(await feed.closed).toEqual({ reason: 'failed', error })
  expect(feed.state).toBe('closed')
  await Promise.resolve()
  expect(onStateChange.mock.calls).toEqual([['closed']])
  await expect(feed.ready).rejects.toBe(error)
  await expect(feed[Symbol.asyncIterator]().next()).rejects.toBe(error)
  await feed.close()
})
