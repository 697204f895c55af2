import { afterEach, expect, test, vi } from 'vitest'
import { endpoint, resumableEndpoint } from '../test-support/resumable-endpoint.ts'
import { memoryStore, StreamStoreError } from '../index.ts'

afterEach(() => vi.restoreAllMocks())

const post = (): Request => new Request(endpoint, { method: 'POST', body: '{"prompt":"p"}' })

test('a client resumes again if the store cannot be reached for a moment', async () => {
  const store = memoryStore()
  const away = new StreamStoreError('away', 'unavailable')
  const find = vi.spyOn(store, 'find')
  const read = vi.spyOn(store, 'read')
  const { client, upstream, requests } = resumableEndpoint({ store })
  const stream = client.ai.stream('p')
  await stream.response
  upstream.send({ type: 'text', content: 'a' }, { type: 'text', content: 'b' }, '[DONE]')
  expect(await stream.finalText()).toBe('ab')
  // The store fails to find the stream once, and fails to read it once.
  find.mockRejectedValueOnce(away)
  read.mockReturnValueOnce({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(away) }) })
  expect(await client.ai.resume(stream.id ?? '').finalText()).toBe('ab')
  expect(requests).toEqual(['POST', 'GET', 'GET', 'GET'])
})

test.for<[string, number, unknown[]]>([
  ['ended', 0, [{ type: 'text', content: 'a' }, { type: 'done' }]],
  [
    'failed',
    1,
    [{ type: 'text', content: 'a' }, { error: { type: 'server_error', message: 'm' } }],
  ],
])(
  'the iterator of an answer that %s is returned %i times after its last message',
  async ([, times, messages]) => {
    const store = memoryStore()
    const { handler, upstream } = resumableEndpoint({ store })
    const begun = await handler(post())
    const id = begun.headers.get('x-vectrade-stream-id') ?? ''
    upstream.send(...messages)
    upstream.end()
    await begun.text()
    let returned = 0
    const find = store.read.bind(store)
    vi.spyOn(store, 'read').mockImplementation((...args) => {
      const iterator = find(...args)[Symbol.asyncIterator]()
      const next = iterator.next.bind(iterator)
      const end = async (): Promise<IteratorResult<never>> => {
        returned += 1
        await iterator.return?.()
        return { done: true, value: undefined }
      }
      return { [Symbol.asyncIterator]: () => ({ next, return: end }) }
    })
    const reader = (await handler(new Request(`${endpoint}?stream=${id}`))).body?.getReader()
    while (!(await reader?.read())?.done);
    await reader?.cancel()
    expect(returned).toBe(times)
  },
)
