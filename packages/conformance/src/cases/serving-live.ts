import { createLiveHandler, type LiveEvent, type LiveHandlerOptions } from '@vectrade/core'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import type { Cases } from './cases.ts'
import { whileServedBy } from './while-served-by.ts'

const symbol = 'NVDA'

/** A message of an endpoint, as it came. */
interface Message {
  id: string | undefined
  event: LiveEvent
}

type Read = (events: number, lastEventId?: string) => Promise<Message[]>

/** Endpoints for live data that this runtime serves, and their readers. */
export function servingLive(lab: Lab): Cases {
  const { serve, sharedFeeds } = lab.options.capabilities ?? {}
  if (serve === undefined) return {}

  /** Serves an endpoint whose feed has a new quote every few ms. */
  async function whileServed(
    use: (read: Read, url: string) => Promise<void>,
    members: Pick<NonNullable<LiveHandlerOptions['feed']>, 'add' | 'remove'> = {},
  ): Promise<void> {
    const quotes = new Quotes()
    const feed = { [Symbol.asyncIterator]: () => quotes.read(), ...members }
    const handler = createLiveHandler({ feed, symbols: [symbol] })
    try {
      await whileServedBy(serve!, handler, async (url) => {
        const target = `${url}?symbols=${symbol}`
        const read: Read = async (events, lastEventId) => {
          const headers = { ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) }
          const response = await lab.call({ url: target, method: 'GET', headers, events })
          assert.equal(response.status, 200)
          assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
          return messagesOf(await response.text())
        }
        await use(read, url)
      })
    } finally {
      quotes.isOver = true
    }
  }

  const withSharedFeed: Cases = {
    async 'another reader begins with the latest quote'() {
      await whileServed(async (read) => {
        const first = numbersOf(await read(5))
        const second = await read(5)
        assertConsecutive(second)
        assert.isAtLeast(numbersOf(second)[0]!, first.at(-1)!)
      })
    },

    async 'a reader that comes back continues after its last event'() {
      await whileServed(async (read) => {
        const first = await read(5)
        const second = await read(5, first.at(-1)?.id)
        assertConsecutive([...first, ...second])
      })
    },

    async 'a reader that leaves is let go'() {
      const calls: string[] = []
      let onRemoved: (() => void) | undefined
      const removed = new Promise<void>((resolve) => {
        onRemoved = resolve
      })
      await whileServed(
        async (read) => {
          await read(3)
          await removed
        },
        {
          add: (symbols) => calls.push(`add ${symbols.join()}`),
          remove(symbols) {
            calls.push(`remove ${symbols.join()}`)
            onRemoved?.()
          },
        },
      )
      assert.deepEqual(calls, [`add ${symbol}`, `remove ${symbol}`])
    },
  }

  return {
    async 'a reader gets each change'() {
      await whileServed(async (read) => {
        assertConsecutive(await read(10))
      })
    },

    async 'a reader whose last event is not known gets a gap first'() {
      await whileServed(async (read) => {
        const [gap, ...quotes] = await read(5, 'of-another-instance')
        assert.deepInclude(gap?.event, { type: 'gap', reason: 'unknown' })
        assertConsecutive(quotes)
      })
    },

    async 'a symbol that does not exist is a 422'() {
      await whileServed(async (_, url) => {
        const response = await lab.call({ url: `${url}?symbols=OTHER`, method: 'GET' })
        assert.equal(response.status, 422)
        assert.nestedProperty(await response.json(), 'error.message')
      })
    },

    ...(sharedFeeds && withSharedFeed),
  }
}

/** Quotes whose volume is their number, until they are over. */
class Quotes {
  isOver = false

  async *read(): AsyncGenerator<LiveEvent, undefined> {
    for (let volume = 1; !this.isOver; volume += 1) {
      yield { type: 'quote.update', symbol, price: 100 + volume / 100, volume }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}

/** Returns the messages with data. */
function messagesOf(text: string): Message[] {
  return [...text.matchAll(/(?:^id: (.*)\n)?^data: (.*)\n\n/gm)].map(([, id, data]) => ({
    id,
    event: JSON.parse(data ?? '') as LiveEvent,
  }))
}

function numbersOf(messages: readonly Message[]): number[] {
  return messages.map(({ event }) => {
    assert(event.type === 'quote.update', `should be a quote: ${JSON.stringify(event)}`)
    return event.volume ?? Number.NaN
  })
}

function assertConsecutive(messages: readonly Message[]): void {
  const numbers = numbersOf(messages)
  assert.isAbove(numbers.length, 2)
  assert.deepEqual(
    numbers,
    numbers.map((_, at) => numbers[0]! + at),
  )
}
