import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { catchError } from '../test-support/body.ts'
import { endpoint, resumableEndpoint } from '../test-support/resumable-endpoint.ts'
import {
  AuthenticationError,
  ConfigurationError,
  type Fetch,
  fromResponse,
  memoryStore,
  RateLimitError,
  RequestAbortedError,
  type StreamEvent,
  StreamInterruptedError,
  StreamResumeError,
  VecTrade,
} from '../index.ts'

const letters = Array.from('abcdefgh', (content): StreamEvent => ({ type: 'text', content }))
const done = { type: 'done' }

// With a small random number, an attempt waits only briefly.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.02)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a stored stream', () => {
  test('has an id, and each event has its position', async () => {
    const { client, upstream, requests } = resumableEndpoint()
    const stream = client.ai.stream('p')
    expect(stream.id).toBeUndefined()
    await stream.response
    expect(stream.id).toMatch(/^[\w-]{22}$/)
    upstream.send(...letters, done)
    const seen: [string, string][] = []
    for await (const { content } of stream) seen.push([content, stream.lastEventId])
    expect(seen).toEqual([
      ...letters.map(({ content }, at) => [content, String(at + 1)]),
      ['', '9'],
    ])
    expect(requests).toEqual(['POST'])
  })

  test.for([1, 60, 150, 333])(
    'is resumed after a cut at byte %i, and each event comes once',
    async (bytes) => {
      const { client, upstream, requests, cuts } = resumableEndpoint()
      cuts.set(1, bytes).set(2, 0).set(3, 90)
      const stream = client.ai.stream('p')
      await stream.response
      upstream.send(...letters, done)
      expect(await stream.finalText()).toBe('abcdefgh')
      expect(requests.filter((method) => method === 'POST')).toHaveLength(1)
      expect(requests.length).toBeGreaterThanOrEqual(3)
    },
  )

  test('responds with a 204 if all of it has been read', async () => {
    const { client, upstream, requests, handler } = resumableEndpoint()
    expect(client.ai.resume('id', { lastEventId: '7' }).lastEventId).toBe('7')
    const stream = client.ai.stream('p')
    await stream.response
    upstream.send(...letters, '[DONE]')
    expect(await stream.finalText()).toBe('abcdefgh')
    const again = client.ai.resume(stream.id ?? '', { lastEventId: stream.lastEventId })
    expect(await again.finalText()).toBe('')
    expect(requests).toEqual(['POST', 'GET after 8'])
    const url = `${endpoint}?stream=${stream.id}`
    const response = await handler(new Request(url, { headers: { 'last-event-id': '8' } }))
    expect([response.status, await response.text()]).toEqual([204, ''])
  })

  test('continues without its reader, who can resume all of it or the rest', async () => {
    const { client, upstream } = resumableEndpoint()
    const stream = client.ai.stream('p')
    await stream.response
    upstream.send(...letters.slice(0, 3))
    const first = []
    for await (const { content } of stream) if (first.push(content) === 2) break
    expect(upstream.isCancelled).toBe(false)
    upstream.send(...letters.slice(3), done)
    const { id = '', lastEventId } = stream
    expect(lastEventId).toBe('2')
    expect(await client.ai.resume(id, { lastEventId }).finalText()).toBe('cdefgh')
    expect(await client.ai.resume(id).finalText()).toBe('abcdefgh')
  })

  test('has the last event ID of the event that was read last, not of a later one in the same chunk', async () => {
    const text = [1, 2, 3].map((id) => `id: ${id}\ndata: {"type":"text","content":"${id}"}\n\n`)
    const response = new Response(text.join(''), {
      headers: { 'content-type': 'text/event-stream' },
    })
    const stream = fromResponse(response)
    for await (const { content } of stream) if (content === '2') break
    expect(stream.lastEventId).toBe('2')
  })

  test('sends the same bytes to all its readers', async () => {
    const { client, upstream, handler } = resumableEndpoint()
    const stream = client.ai.stream('p')
    await stream.response
    const url = `${endpoint}?stream=${stream.id}`
    const readers = Array.from({ length: 10 }, async () => (await handler(new Request(url))).text())
    upstream.send({ type: 'text', content: '台積電 📈\n' }, ...letters, done)
    const texts = await Promise.all(readers)
    expect(new Set(texts).size).toBe(1)
    expect(texts[0]).toContain('id: 1\ndata: {"type":"text","content":"台積電 📈\\n"}\n\n')
    expect(texts[0]).toMatch(/id: 10\n.*\n\ndata: \[DONE\]\n\n$/s)
  })

  test('sends an error to all its readers, and the error is final', async () => {
    const { client, upstream } = resumableEndpoint()
    const stream = client.ai.stream('p')
    await stream.response
    upstream.send(...letters, { type: 'error', error: { type: 'rate_limit_error', message: 'm' } })
    const error = await catchError(stream.finalText())
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ partial: { text: 'abcdefgh', lastEventId: '8' } })
    expect(await catchError(client.ai.resume(stream.id ?? '').finalText())).toBeInstanceOf(
      RateLimitError,
    )
  })

  test('that is stopped ends for all its readers with the text so far', async () => {
    const { client, upstream, requests } = resumableEndpoint()
    const stream = client.ai.stream('p')
    await stream.response
    const other = client.ai.resume(stream.id ?? '')
    const reading = other.finalAnalysis()
    upstream.send(...letters.slice(0, 2))
    for await (const { content } of stream) if (content === 'b') await stream.stop()
    expect(requests.at(-1)).toBe('DELETE')
    await expect.poll(() => upstream.isCancelled).toBe(true)
    expect(await reading).toMatchObject({ text: 'ab' })
    await stream.stop()
  })

  test('can be stopped by a reader that resumed it and by one half of a tee', async () => {
    for (const stopping of ['resumed', 'tee']) {
      const { client, upstream, requests } = resumableEndpoint()
      const stream = client.ai.stream('p')
      await stream.response
      upstream.send(letters[0])
      if (stopping === 'resumed') await client.ai.resume(stream.id ?? '').stop()
      else {
        const [half] = stream.tee()
        await half.response
        expect(half.id).toBe(stream.id)
        await half.stop()
      }
      expect(requests).toEqual(['POST', 'DELETE'])
      await expect.poll(() => upstream.isCancelled).toBe(true)
    }
  })

  test('is interrupted soon after its producer has died', async () => {
    vi.useFakeTimers()
    const lease = 200
    const store = memoryStore({ lease })
    const { client } = resumableEndpoint({ store })
    const id = 'abcdefghijklmnopqrstuv'
    const producer = await store.create(id)
    await producer.append([{ data: JSON.stringify(letters[0]) }])
    let error: unknown
    void catchError(client.ai.resume(id).finalText()).then((thrown) => (error = thrown))
    await vi.advanceTimersByTimeAsync(lease - 1)
    expect(error).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1001)
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(error).toMatchObject({ partial: { text: 'a', lastEventId: '1' } })
  })
})

test('a stream that expires while it is read is interrupted and not complete', async () => {
  const store = memoryStore()
  const { client, upstream } = resumableEndpoint({ store })
  const stream = client.ai.stream('p')
  await stream.response
  upstream.send(...letters)
  const other = client.ai.resume(stream.id ?? '')
  const iterator = other[Symbol.asyncIterator]()
  await iterator.next()
  await store.expire(stream.id ?? '')
  let text = ''
  const error = await catchError(
    (async () => {
      for await (const { content } of iterator) text += content
    })(),
  )
  expect(error).toBeInstanceOf(StreamInterruptedError)
  expect('abcdefgh').toContain(text)
})

describe('resuming a stream', () => {
  test('gets the same 404 for an unknown stream, one of another owner and an invalid id', async () => {
    const { client, handler } = resumableEndpoint({
      owner: (request) => request.headers.get('user') ?? '',
    })
    const stream = client.ai.stream('p', { headers: { user: 'me' } })
    await stream.response
    const answers = await Promise.all(
      [stream.id, 'abcdefghijklmnopqrstuv', '../../x', ''].flatMap((id) =>
        ['GET', 'DELETE'].map(async (method) => {
          const headers = { user: 'other' }
          const url = `${endpoint}?stream=${id}`
          const response = await handler(new Request(url, { method, headers }))
          const all = [...response.headers, response.status, await response.text()]
          return JSON.stringify(all)
        }),
      ),
    )
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('404')
    const error = await catchError(client.ai.resume(stream.id ?? '').finalText())
    expect(error).toBeInstanceOf(StreamResumeError)
    expect(await catchError(client.ai.resume('none').finalText())).toBeInstanceOf(StreamResumeError)
  })

  test('is checked by authorize', async () => {
    const { client, requests } = resumableEndpoint({ authorize: () => false })
    const error = await catchError(client.ai.resume('abcdefghijklmnopqrstuv').finalText())
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(requests).toEqual(['GET'])
  })

  test('needs an endpoint, an id and a valid lastEventId', () => {
    const client = new VecTrade({ endpoint })
    const direct = new VecTrade({ apiKey: 'vq_key', baseURL: 'https://e/v1' })
    expect(() => direct.ai.resume('id')).toThrow(/`endpoint`/)
    expect(() => client.ai.resume('')).toThrow(ConfigurationError)
    for (const lastEventId of ['a\nb', 'a\0', ' a', 'a ', '\ud800']) {
      expect(() => client.ai.resume('id', { lastEventId })).toThrow(/`lastEventId`/)
    }
    for (const lastEventId of ['', '7', 'x', '1526919030474-55', 'a b', '\u2026']) {
      expect(client.ai.resume('id', { lastEventId }).lastEventId).toBe(lastEventId)
    }
  })

  test('fails after too many attempts without an event', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const { client, upstream, requests, cuts } = resumableEndpoint()
    for (let request = 2; request < 40; request += 1) cuts.set(request, 0)
    cuts.set(1, 60)
    const stream = client.ai.stream('p')
    await stream.response
    upstream.send(...letters)
    const error = await catchError(stream.finalText())
    expect(error).toBeInstanceOf(StreamResumeError)
    expect(error).toMatchObject({ partial: { text: 'a' }, retryable: true })
    expect(requests).toHaveLength(13)
  })

  test('waits if the server sends a very long reconnection time', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const requests: unknown[] = []
    const fetch: Fetch = async (_url, { method }) => {
      requests.push(method)
      const text = 'retry: 12345678910\n\nid: 1\ndata: {"type":"text","content":"a"}\n\n'
      const headers = { 'content-type': 'text/event-stream', 'x-vectrade-stream-id': 'id' }
      return new Response(text, { headers })
    }
    const stream = new VecTrade({ endpoint, fetch }).ai.stream('p')
    const reading = stream.finalText()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(requests).toEqual(['POST'])
    await stream.cancel()
    expect(await catchError(reading)).toBeInstanceOf(RequestAbortedError)
  })
})

test('if a store fails, the answer is complete and only cannot be resumed', async () => {
  const warn = vi.fn()
  const store = memoryStore({ maxEvents: 3 })
  const { client, upstream } = resumableEndpoint({ store, logger: { warn } })
  const stream = client.ai.stream('p')
  await stream.response
  upstream.send(...letters, done)
  expect(await stream.finalText()).toBe('abcdefgh')
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('StreamStoreError'), {
    event: 'store.failed',
    error: 'StreamStoreError',
  })

  const full = resumableEndpoint({ store: memoryStore({ maxStreams: 0 }), logger: { warn } })
  const notStored = full.client.ai.stream('p')
  await notStored.response
  full.upstream.send(...letters, done)
  expect(await notStored.finalText()).toBe('abcdefgh')
  expect(notStored.id).toBeUndefined()
  expect(warn).toHaveBeenCalledTimes(2)
})
