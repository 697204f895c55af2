import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type Fetch,
  StreamInterruptedError,
  StreamResumeError,
  TimeoutError,
  VecTrade,
} from '../index.ts'
import type { Network } from '../adapter.ts'
import { Body, catchError } from '../test-support/body.ts'
import { endpoint } from '../test-support/resumable-endpoint.ts'

// No pauses between attempts.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => vi.restoreAllMocks())

const headers = { 'content-type': 'text/event-stream', 'x-vectrade-stream-id': 'id' }
const firstEvent = 'id: 1\ndata: {"type":"text","content":"a"}\n\n'

/**
 * A server that greets every connection, sends `rest`, and ends the connection. If it is alive, it sends
 * comments for a while before it does.
 */
function greeting(rest: string, isAlive = false): { fetch: Fetch; asked: () => number } {
  let asked = 0
  const greetings = [
    'data: {"type":"metadata","model":"m"}\n\n',
    'data: {"type":"text","content":""}\n\n',
  ]
  const fetch: Fetch = async () => {
    const text = greetings[asked % 2] + rest
    asked += 1
    if (!isAlive) return new Response(text, { headers })
    let timers: ReturnType<typeof setTimeout>[]
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text))
        const comment = (): void => controller.enqueue(new TextEncoder().encode(': \n\n'))
        const end = (): void => {
          clearInterval(timers[0])
          controller.close()
        }
        timers = [setInterval(comment, 20), setTimeout(end, 200)]
      },
      cancel: () => timers.forEach(clearTimeout),
    })
    return new Response(body, { headers })
  }
  return { fetch, asked: () => asked }
}

test.for([firstEvent, `id: 1\n\n`])(
  'a greeting is no progress: attempts count if only %o follows',
  async (rest) => {
    const { fetch, asked } = greeting(rest)
    const error = await catchError(new VecTrade({ endpoint, fetch }).ai.stream('p').finalText())
    expect(error).toBeInstanceOf(StreamResumeError)
    expect(asked()).toBe(13)
  },
)

test('a greeting does not reset the idle timeout, over all connections', async () => {
  const { fetch, asked } = greeting(firstEvent, true)
  const client = new VecTrade({ endpoint, fetch, idleTimeout: 1_200 })
  const error = await catchError(client.ai.stream('p').finalText())
  expect(error).toBeInstanceOf(TimeoutError)
  expect(error).toMatchObject({ phase: 'idle', partial: { text: 'a' } })
  expect(asked()).toBeGreaterThan(1)
})

test('a slow reader causes no idle timeout', async () => {
  const text = (id: number): string =>
    `id: ${id}\ndata: {"type":"text","content":"${id}"}\n\ndata: {"type":"text","content":"-"}\n\n`
  let asked = 0
  const fetch: Fetch = async () => {
    asked += 1
    return new Response(asked < 3 ? text(asked) : 'data: [DONE]\n\n', { headers })
  }
  const stream = new VecTrade({ endpoint, fetch, idleTimeout: 1_000 }).ai.stream('p')
  let whole = ''
  for await (const { content } of stream) {
    whole += content
    await new Promise((resolve) => setTimeout(resolve, 1_100))
  }
  expect(whole).toBe('1-2-')
})

test('the next connection continues after the id of a frame without an event', async () => {
  const asked: (string | null)[] = []
  const fetch: Fetch = async (_, init) => {
    asked.push(new Headers(init.headers).get('last-event-id'))
    const bodies = [`${firstEvent}id: 4\ndata:\n\n`, 'id: 0\ndata:\n\n', 'data: [DONE]\n\n']
    return new Response(bodies[asked.length - 1] ?? '', { headers })
  }
  const stream = new VecTrade({ endpoint, fetch }).ai.stream('p')
  expect(await stream.finalText()).toBe('a')
  expect(asked).toEqual([null, '4', '4'])
  expect(stream.lastEventId).toBe('4')
})

test.for(['c', '1.', ''])(
  'a greeting with an id that is not a number is neither progress nor a position: %o',
  async (prefix) => {
    const asked: (string | null)[] = []
    const fetch: Fetch = async (_, init) => {
      asked.push(new Headers(init.headers).get('last-event-id'))
      const id = prefix === '' ? 'hello-2' : `${prefix}${asked.length}`
      const greetings = `id: ${id}\nevent: hello\ndata: {}\n\n`
      return new Response(asked.length === 1 ? firstEvent : greetings, { headers })
    }
    const stream = new VecTrade({ endpoint, fetch }).ai.stream('p')
    expect(await catchError(stream.finalText())).toBeInstanceOf(StreamResumeError)
    expect(new Set(asked.slice(1))).toEqual(new Set(['1']))
    expect(asked).toHaveLength(13)
    expect(stream.lastEventId).toBe('1')
  },
)

/** An endpoint that answers the nth connection with the nth body, and records the id that each asked for. */
function connections(...bodies: string[]): { client: VecTrade; asked: (string | null)[] } {
  const asked: (string | null)[] = []
  const fetch: Fetch = async (_, init) => {
    asked.push(new Headers(init.headers).get('last-event-id'))
    const body = bodies[asked.length - 1]
    if (body === undefined) throw new TypeError('fetch failed')
    return new Response(body, { headers })
  }
  return { client: new VecTrade({ endpoint, fetch }), asked }
}

const event = (content: string, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}data: {"type":"text","content":"${content}"}\n\n`
const end = 'data: [DONE]\n\n'

test('events without ids cannot be resumed: the answer is interrupted, not repeated', async () => {
  const { client, asked } = connections(event('a') + event('b'), event('a') + event('b') + end)
  const error = await catchError(client.ai.stream('p').finalText())
  expect(error).toBeInstanceOf(StreamInterruptedError)
  expect(error).toMatchObject({ partial: { text: 'ab', lastEventId: '' } })
  expect(asked).toEqual([null])
})

test('a stream that is cut before any event is requested again from the beginning', async () => {
  const { client, asked } = connections(': hello\n\n', event('a') + end)
  expect(await client.ai.stream('p').finalText()).toBe('a')
  expect(asked).toEqual([null, null])
})

test('an id is not sent after an empty id has cleared it', async () => {
  const { client, asked } = connections(event('a', 'abc') + event('b', ''), event('a') + end)
  const stream = client.ai.stream('p')
  expect(await catchError(stream.finalText())).toBeInstanceOf(StreamInterruptedError)
  expect(asked).toEqual([null])
  expect(stream.lastEventId).toBe('')
})

test('an id stays in effect for the events without one that follow it', async () => {
  const { client, asked } = connections(event('a', 'abc') + event('b'), event('c', 'def') + end)
  expect(await client.ai.stream('p').finalText()).toBe('abc')
  expect(asked).toEqual([null, 'abc'])
})

test.for([
  { ids: ['0', '1', '2'], why: 'begin at 0' },
  { ids: ['9', '3', '5'], why: 'are in no order' },
  { ids: ['900719925474099267', '900719925474099268', '900719925474099269'], why: 'are too large' },
  { ids: ['1-0', '1-1', '2-0'], why: 'are of another kind' },
  { ids: ['1', 'a', 'b'], why: 'are numbers at first' },
  { ids: ['1', '1.1', '2'], why: 'have parts' },
])('no event counts as repeated if ids $why', async ({ ids }) => {
  const [first, second, third] = ids
  const { client, asked } = connections(
    event('a', first) + event('b', second),
    event('c', third) + end,
  )
  expect(await client.ai.stream('p').finalText()).toBe('abc')
  expect(asked).toEqual([null, second])
})

test('repeated events are skipped if their ids count them', async () => {
  const [one, two, three] = [event('a', '1'), event('b', '2'), event('c', '3')]
  const { client } = connections(one + two, one + two + three + end)
  expect(await client.ai.stream('p').finalText()).toBe('abc')
})

test.for([
  { after: '2', ids: ['1', '2', '3'], whole: 'c', why: 'it repeats what was read' },
  { after: '2', ids: ['3', '4', '5'], whole: 'abc', why: 'it goes on' },
  { after: '9', ids: ['3', '5', '7'], whole: 'abc', why: 'its ids count nothing' },
  { after: 'x', ids: ['1', 'y', '3'], whole: 'abc', why: 'its ids are of any kind' },
  { after: '42', ids: ['4a', '4f', '50'], whole: 'abc', why: 'its ids are hexadecimal' },
])(
  'a stream that is resumed after $after gives only new events: $why',
  async ({ after, ids, whole }) => {
    const [first, second, third] = ids
    const { client } = connections(event('a', first) + event('b', second) + event('c', third) + end)
    expect(await client.ai.resume('id', { lastEventId: after }).finalText()).toBe(whole)
  },
)

test('an id outside Latin-1 is sent as its UTF-8 bytes', async () => {
  const { client, asked } = connections(event('a', '\u2026'), event('b', 'é') + end)
  const stream = client.ai.stream('p')
  expect(await stream.finalText()).toBe('ab')
  expect(asked).toEqual([null, '\xe2\x80\xa6'])
  expect(stream.lastEventId).toBe('é')
})

test.for(['a\u0001', ' a', 'a '])(
  'an id that no header can hold ends the stream at the cut: %j',
  async (id) => {
    const { client, asked } = connections(event('a', id), end)
    expect(await catchError(client.ai.stream('p').finalText())).toBeInstanceOf(
      StreamInterruptedError,
    )
    expect(asked).toEqual([null])
  },
)

test('a connection is replaced after a sleep in which only the wall clock went on', async () => {
  const listeners: ((isNew: boolean) => void)[] = []
  const network: Network = {
    isOnline: () => true,
    onWake: (listener) => {
      listeners.push(listener)
      return () => {}
    },
  }
  const asked: (string | null)[] = []
  const fetch: Fetch = async (_, init) => {
    asked.push(new Headers(init.headers).get('last-event-id'))
    const body = asked.length === 1 ? new Body([firstEvent], 'hang').stream : 'data: [DONE]\n\n'
    return new Response(body, { headers })
  }
  const options = { endpoint, fetch, heartbeatTimeout: 0, idleTimeout: 0 }
  const reading = new VecTrade(options, { network }).ai.stream('p').finalText()
  await vi.waitFor(() => expect(listeners).not.toEqual([]))
  const wake = async (): Promise<void> => {
    for (const listener of listeners) listener(false)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await wake()
  expect(asked).toEqual([null])
  const now = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(now + 3_600_000)
  await wake()
  expect(await reading).toBe('a')
  expect(asked).toEqual([null, '1'])
})
