import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  AuthenticationError,
  ConfigurationError,
  createLive,
  type LiveEvent,
  type LiveFeed,
  type LiveSnapshot,
  type LiveStore,
  type VecTrade,
} from './index.ts'
import { useFrames } from './test-support/manual-frames.ts'
import { ScriptedFeed } from './test-support/scripted-feed.ts'
import { until } from './test-support/until.ts'

let feed: ScriptedFeed

beforeEach(() => {
  feed = new ScriptedFeed()
})

function record({ subscribe, getSnapshot }: LiveStore): LiveSnapshot[] {
  const snapshots: LiveSnapshot[] = []
  subscribe(() => snapshots.push(getSnapshot()))
  return snapshots
}

async function untilLive(store: LiveStore): Promise<void> {
  await until(() => expect(store.getSnapshot().state).toBe('live'))
}

describe('a live store', () => {
  test('connects when it gets its first subscriber, and only then', async () => {
    const store = createLive(feed.client(), { symbols: ['NVDA', 'NVDA', 'AMD'] })
    expect(store.getSnapshot()).toEqual({
      symbols: ['NVDA', 'AMD'],
      quotes: {},
      state: 'connecting',
      gap: undefined,
      error: undefined,
    })
    expect(store.getSnapshot()).toBe(store.getSnapshot())
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(feed.asked).toEqual([])
    const first = store.subscribe(() => {})
    store.subscribe(() => {})
    first()
    store.subscribe(() => {})
    await untilLive(store)
    expect(feed.asked).toHaveLength(1)
    expect(feed.asked[0]?.searchParams.get('symbols')).toBe('NVDA,AMD')
    store.dispose()
    await until(() => expect(feed.open).toBe(0))
  })

  test('shows the newest quotes with a frame, and the state at once', async () => {
    const frames = useFrames()
    const store = createLive(feed.client(), { symbols: ['NVDA', 'AMD'] })
    const snapshots = record(store)
    await untilLive(store)
    expect(snapshots).toHaveLength(1)
    for (let price = 1; price <= 50; price += 1) feed.quote('NVDA', price)
    feed.quote('AMD', 7)
    await until(() => expect(frames.waiting).toBe(1))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(store.getSnapshot()).toBe(snapshots[0])
    frames.next()
    expect(snapshots).toHaveLength(2)
    const { quotes } = store.getSnapshot()
    expect([quotes['NVDA']?.price, quotes['AMD']?.price]).toEqual([50, 7])
    expect([store.getSnapshot(), quotes].every((value) => Object.isFrozen(value))).toBe(true)
    store.dispose()
  })

  test('follows more symbols, and fewer, whose quotes it forgets', async () => {
    const store = createLive(feed.client(), { symbols: ['NVDA'] })
    store.subscribe(() => {})
    await untilLive(store)
    feed.quote('NVDA', 1)
    await until(() => expect(store.getSnapshot().quotes).toHaveProperty('NVDA'))
    store.add(['AMD'])
    expect(store.getSnapshot().symbols).toEqual(['NVDA', 'AMD'])
    await until(() => expect(feed.asked).toHaveLength(2))
    store.remove(['NVDA'])
    expect(store.getSnapshot()).toMatchObject({ symbols: ['AMD'], quotes: {} })
    await until(() => expect(feed.asked.at(-1)?.searchParams.get('symbols')).toBe('AMD'))
    const snapshot = store.getSnapshot()
    store.add(['AMD'])
    store.remove(['NVDA'])
    expect(store.getSnapshot()).toBe(snapshot)
    store.dispose()
  })

  test('shows the last gap, and gives each event to `onEvent`', async () => {
    const events: LiveEvent[] = []
    const options = { symbols: ['NVDA'], channels: ['quotes', 'news'] } as const
    const store = createLive(feed.client(), { ...options, onEvent: (event) => events.push(event) })
    store.subscribe(() => {})
    await untilLive(store)
    const news = { type: 'news.published', id: '1', title: 'Chips' } as const
    const gap = { type: 'gap', reason: 'upstream' } as const
    feed.send({ ...news, symbols: ['NVDA'] }, gap)
    await until(() => expect(store.getSnapshot().gap).toMatchObject(gap))
    expect(events.map(({ type }) => type)).toEqual(['news.published', 'gap'])
    store.dispose()
  })

  test('fails if the server refuses it, and connects again if asked to', async () => {
    feed.answer = () => new Response(null, { status: 401 })
    const store = createLive(feed.client(), { symbols: ['NVDA'] })
    store.subscribe(() => {})
    await until(() => expect(store.getSnapshot().error).toBeInstanceOf(AuthenticationError))
    expect(store.getSnapshot().state).toBe('closed')
    feed.answer = undefined
    store.retry()
    expect(store.getSnapshot()).toMatchObject({ state: 'connecting', error: undefined })
    await untilLive(store)
    expect(store.getSnapshot().error).toBeUndefined()
    store.retry()
    expect(feed.asked).toHaveLength(2)
    store.dispose()
  })

  test('keeps its symbols after an acknowledgement that lists them', async () => {
    const events: LiveEvent[] = []
    const options = { symbols: ['NVDA'], onEvent: (event: LiveEvent) => events.push(event) }
    const store = createLive(feed.client(), options)
    store.subscribe(() => {})
    await untilLive(store)
    const data = { type: 'subscribed', symbols: ['NVDA'] }
    feed.send({ type: 'unknown', content: '', wireType: 'subscribed', data })
    feed.quote('NVDA', 1)
    await until(() => expect(store.getSnapshot().quotes).toHaveProperty('NVDA'))
    expect(events[0]).toMatchObject({ type: 'unknown', data })
    store.dispose()
  })

  test('stops following a symbol that the server refuses, and keeps the others', async () => {
    const store = createLive(feed.client(), { symbols: ['NVDA'] })
    store.subscribe(() => {})
    await untilLive(store)
    feed.quote('NVDA', 1)
    await until(() => expect(store.getSnapshot().quotes['NVDA']).toBeDefined())
    const error = { type: 'validation_error', message: 'There is no symbol "NOPE"' }
    feed.answer = () => Response.json({ error }, { status: 422 })
    store.add(['NOPE'])
    expect(store.getSnapshot().symbols).toEqual(['NVDA', 'NOPE'])
    await until(() => expect(store.getSnapshot().symbols).toEqual(['NVDA']))
    expect(store.getSnapshot()).toMatchObject({ state: 'live', error: undefined })
    store.dispose()
  })

  test.for([{ symbols: ['NOPE'] }, { symbol: 'NOPE' }])(
    'stops following a symbol that an error in the feed names: %j',
    async (names) => {
      const remove = vi.fn<LiveFeed['remove']>()
      const data = { type: 'error', ...names }
      async function* events(): AsyncGenerator<LiveEvent, void> {
        yield { type: 'unknown', content: '', wireType: 'error', data }
        await new Promise(() => {})
      }
      const subscribe = (): unknown =>
        Object.assign(events(), { state: 'live', remove, close() {} })
      const client = { live: { subscribe } } as unknown as VecTrade
      const store = createLive(client, { symbols: ['NVDA', 'NOPE'] })
      store.subscribe(() => {})
      await until(() => expect(store.getSnapshot().symbols).toEqual(['NVDA']))
      // A WebSocket would ask for it again after each reconnection.
      expect(remove).toHaveBeenCalledWith(['NOPE'])
      store.dispose()
    },
  )

  test('keeps its snapshot if an event changes nothing in it', async () => {
    const frames = useFrames()
    const events: LiveEvent[] = []
    const onEvent = (event: LiveEvent): void => void events.push(event)
    const store = createLive(feed.client(), { channels: ['news'], onEvent })
    const snapshots = record(store)
    await untilLive(store)
    const before = snapshots.length
    feed.send({ type: 'news.published', id: '1', title: 'Chips', symbols: [] })
    await until(() => expect(events).toHaveLength(1))
    expect(frames.waiting).toBe(0)
    expect(snapshots).toHaveLength(before)
    store.dispose()
  })

  test('fails if the client cannot subscribe', () => {
    const store = createLive(feed.client(), { headers: 7 as never })
    store.subscribe(() => {})
    expect(store.getSnapshot().error).toBeInstanceOf(ConfigurationError)
    expect(store.getSnapshot().state).toBe('closed')
  })

  test('refuses wrong options, and what is no client', () => {
    const wrong = [{ symbols: 'NVDA' }, { channels: ['rumours'] }, { heartbeatTimeout: -1 }, null]
    for (const options of wrong) {
      expect(() => createLive(feed.client(), options as never)).toThrow(ConfigurationError)
    }
    for (const client of [undefined, null, {}, { live: {} }]) {
      expect(() => createLive(client as never)).toThrow(ConfigurationError)
    }
  })

  test('publishes nothing after its disposal, and does not connect', async () => {
    const frames = useFrames()
    const store = createLive(feed.client(), { symbols: ['NVDA'] })
    const snapshots = record(store)
    await untilLive(store)
    feed.quote('NVDA', 1)
    await until(() => expect(frames.waiting).toBe(1))
    store.dispose()
    expect(frames.waiting).toBe(0)
    feed.quote('NVDA', 2)
    store.add(['AMD'])
    store.retry()
    store.subscribe(() => snapshots.push(store.getSnapshot()))
    await until(() => expect(feed.open).toBe(0))
    expect(snapshots).toHaveLength(1)
    expect(feed.asked).toHaveLength(1)
  })

  test('refuses wrong symbols and options', () => {
    const client = feed.client()
    expect(() => createLive(client, { symbols: 'NVDA' as never })).toThrow(ConfigurationError)
    expect(() => createLive(client, { onEvent: 'log' as never })).toThrow(ConfigurationError)
    const store = createLive(client)
    expect(() => store.add(['NV DA'])).toThrow(ConfigurationError)
    expect(() => store.remove('NVDA' as never)).toThrow(ConfigurationError)
  })
})
