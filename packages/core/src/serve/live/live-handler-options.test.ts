import { expect, test } from 'vitest'
import {
  ConfigurationError,
  createLiveHandler,
  type LiveHandlerOptions,
  VecTrade,
} from '../../index.ts'
import { ControlledFeed } from '../../test-support/controlled-feed.ts'
import { resolveLiveOptions } from './live-handler-options.ts'

const client = new VecTrade({ apiKey: 'vq_key' })
const feed = new ControlledFeed()

test('has defaults', () => {
  expect(resolveLiveOptions({ feed })).toMatchObject({
    heartbeat: 15_000,
    maxSymbols: 50,
    reauthorizeAfter: 300_000,
    replay: { events: 1000, ms: 60_000 },
    maxStreamsPerOwner: undefined,
  })
  expect(resolveLiveOptions({ feed, owner: () => '' }).maxStreamsPerOwner).toBe(20)
  expect(resolveLiveOptions({ feed, replay: { events: 5 } }).replay).toEqual({
    events: 5,
    ms: 60_000,
  })
})

test.for([
  // @ts-expect-error -- one of them is needed
  ['neither a client nor a feed', {} satisfies LiveHandlerOptions],
  // @ts-expect-error -- only one of them is allowed
  ['a client and a feed', { client, feed } satisfies LiveHandlerOptions],
] as [string, LiveHandlerOptions][])('%s is refused', ([, options]) => {
  expect(() => createLiveHandler(options)).toThrow(ConfigurationError)
  expect(() => createLiveHandler(options)).toThrow('either a `client` or a `feed`')
})

test('a client needs no key before the first request', async () => {
  expect(() => createLiveHandler({ client: new VecTrade() })).not.toThrow()
})

test.for<[string, Record<string, unknown>]>([
  ['client', { client: {}, feed: undefined }],
  ['client', { client: { live: {} }, feed: undefined }],
  ['feed', { feed: {} }],
  ['feed', { feed: null }],
  ['feed', { feed: [] }],
  ['authorize', { authorize: true }],
  ['reauthorizeAfter', { reauthorizeAfter: -1 }],
  ['symbols', { symbols: 'NVDA' }],
  ['symbols', { symbols: ['NV DA'] }],
  ['symbols', { symbols: null }],
  ['maxSymbols', { maxSymbols: 0 }],
  ['replay', { replay: 1000 }],
  ['replay', { replay: null }],
  ['replay.events', { replay: { events: -1 } }],
  ['replay.ms', { replay: { ms: '60' } }],
  ['heartbeat', { heartbeat: null }],
  ['owner', { owner: 'me' }],
  ['maxStreamsPerOwner', { maxStreamsPerOwner: 0 }],
  ['cors.origins', { cors: { origins: ['*'] } }],
  ['publicOrigin', { publicOrigin: '*' }],
  ['onError', { onError: console }],
  ['logger', { logger: console.log }],
])('a wrong option is named in the error: %s', ([name, options]) => {
  expect(() => createLiveHandler({ feed, ...options })).toThrow(ConfigurationError)
  expect(() => createLiveHandler({ feed, ...options })).toThrow(`\`${name}\``)
})
