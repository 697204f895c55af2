import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LiveData } from './live-data.ts'
import type { LiveChannel } from './live-event.ts'
import { type LiveSettings, resolveLiveOptions } from './live-options.ts'
import type { LiveMessage, LiveReader } from './live-reader.ts'

let live: LiveData
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-01-14T17:00:00Z') })
  live = liveData()
})
afterEach(() => void vi.useRealTimers())

function liveData(settings: Partial<LiveSettings> = {}): LiveData {
  return new LiveData({ ...resolveLiveOptions(), interval: 100, ...settings })
}

function pass(ticks: number): void {
  vi.setSystemTime(Date.now() + ticks * 100)
}

const all: LiveChannel[] = ['quotes', 'alerts', 'news']

interface From {
  lastEventId: string
  added?: string[]
  replay?: number
}

function reader(symbols: string[], channels: LiveChannel[], from?: From): LiveReader {
  const resume = from && { added: [], replay: 1000, ...from }
  return live.read({ symbols: new Set(symbols), channels: new Set(channels) }, resume)
}

function take(from: LiveReader, most = Infinity): LiveMessage[] {
  const messages: LiveMessage[] = []
  while (messages.length < most) {
    const message = from.take()
    if (message === undefined) break
    messages.push(message)
  }
  return messages
}

function namesOf(messages: LiveMessage[]): string[] {
  return messages.map(({ event }) => ('symbol' in event ? event.symbol : event.type))
}

describe('a new reader', () => {
  test('gets the latest quote of each symbol, and then changes', () => {
    const feed = reader(['NVDA', 'AMD'], ['quotes'])
    expect(namesOf(take(feed))).toEqual(['NVDA', 'AMD'])
    expect(take(feed)).toEqual([])
    pass(2)
    expect(namesOf(take(feed))).toEqual(['AMD', 'NVDA', 'AMD', 'NVDA'])
  })

  test('can continue only after it has all first quotes', () => {
    const ids = take(reader(['NVDA', 'AMD'], ['quotes'])).map(({ id }) => id)
    expect(ids).toEqual([undefined, expect.any(String)])
  })

  test('without symbols gets no quotes, and all alerts and news', () => {
    const feed = reader([], all)
    pass(900)
    const events = take(feed).map(({ event }) => event)
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(['alert.triggered', 'news.published']),
    )
    const symbols = new Set(events.flatMap((event) => ('symbol' in event ? event.symbol : [])))
    expect(symbols.size).toBeGreaterThan(5)
  })

  test('with symbols gets only their alerts and news', () => {
    const feed = reader(['NVDA', 'XYZ'], ['alerts', 'news'])
    pass(900)
    const events = take(feed).map(({ event }) => event)
    expect(events.length).toBeGreaterThan(10)
    for (const event of events) {
      const about = event.type === 'news.published' ? event.symbols : namesOf([{ event }])
      expect(about.includes('NVDA') || about.includes('XYZ')).toBe(true)
    }
  })

  test('gets nothing of an unknown symbol if the settings name the known ones', () => {
    live = liveData({ symbols: ['NVDA'] })
    const feed = reader(['AMD', 'NVDA'], all)
    pass(900)
    expect(JSON.stringify(take(feed))).not.toContain('AMD')
  })
})

describe('a reader that continues', () => {
  test('gets exactly what the others got after its event, wherever it was', () => {
    const feed = reader(['VQTEST', 'NVDA', 'AMD'], all)
    pass(45)
    const events = take(feed)
    expect(events.length).toBeGreaterThan(100)
    events.forEach(({ id }, index) => {
      if (id === undefined) return
      const rest = take(reader(['VQTEST', 'NVDA', 'AMD'], all, { lastEventId: id }))
      expect(rest).toEqual(events.slice(index + 1))
    })
  })

  test('first gets the quotes of added symbols, which are older than their changes', () => {
    const feed = reader(['NVDA'], ['quotes'])
    take(feed)
    const { lastId } = feed
    pass(2)
    const from = { lastEventId: lastId, added: ['AMD'] }
    const messages = take(reader(['NVDA', 'AMD'], ['quotes'], from))
    expect(namesOf(messages)).toEqual(['AMD', 'AMD', 'NVDA', 'AMD', 'NVDA'])
    expect(messages[0]?.id).toBeUndefined()
    const times = messages.map(({ event }) => ('timestamp' in event ? event.timestamp : ''))
    expect(times.toSorted()).toEqual(times)
  })

  test.each([
    ['unknown', 'another-server'],
    ['expired', undefined],
  ])('gets a gap and the latest quotes if its id is %s', (reason, lastEventId) => {
    const feed = reader(['NVDA'], ['quotes'])
    take(feed)
    const id = lastEventId ?? feed.lastId
    pass(11)
    const [gap, ...quotes] = take(reader(['NVDA'], ['quotes'], { lastEventId: id, replay: 10 }))
    expect(gap).toEqual({ event: { type: 'gap', reason, since: id } })
    expect(quotes).toEqual(take(reader(['NVDA'], ['quotes'])))
  })

  test('knows no id of the future', () => {
    const feed = reader(['NVDA'], ['quotes'])
    take(feed)
    const lastEventId = feed.lastId.replace('.0.', '.99.')
    const [gap] = take(reader(['NVDA'], ['quotes'], { lastEventId }))
    expect(gap?.event).toMatchObject({ type: 'gap', reason: 'unknown' })
  })
})

test('a reader that is too slow gets a gap, and the latest quotes', () => {
  const feed = reader(['NVDA'], ['quotes'])
  take(feed)
  pass(1000)
  expect(take(feed, 1)[0]?.event.type).toBe('quote.update')
  const since = feed.lastId
  pass(1000)
  const messages = take(feed)
  expect(messages[0]?.event).toEqual({ type: 'gap', reason: 'slow_consumer', since })
  expect(messages.slice(1)).toEqual(take(reader(['NVDA'], ['quotes'])))
})

test('a reader gets the latest quote of an added symbol at once, and none of a removed one', () => {
  const feed = reader([], ['quotes'])
  feed.add(['NVDA', 'AMD'])
  feed.remove(['NVDA'])
  expect(namesOf(take(feed))).toEqual(['AMD'])
  pass(1)
  feed.add(['TSLA'])
  expect(namesOf(take(feed))).toEqual(['TSLA', 'AMD', 'TSLA'])
  feed.remove(['AMD', 'TSLA'])
  pass(5)
  expect(take(feed)).toEqual([])
})
