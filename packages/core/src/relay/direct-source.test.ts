import { expect, test } from 'vitest'
import { type ByteSink, directSourceOf, streamFrom } from './direct-source.ts'

test('a stream has the bytes of its source, which is asked only when they are needed', async () => {
  let pulls = 0
  const stream = streamFrom({
    pull: (sink: ByteSink) => {
      pulls += 1
      if (pulls < 3) sink.enqueue(Uint8Array.of(pulls))
      else sink.close()
    },
    cancel: () => {},
  })
  await Promise.resolve()
  expect(pulls).toBe(0)
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
  expect([...bytes]).toEqual([1, 2])
})

test('cancelling a stream cancels its source', async () => {
  let isCancelled = false
  const source = { pull: () => {}, cancel: () => void (isCancelled = true) }
  await streamFrom(source).cancel()
  expect(isCancelled).toBe(true)
})

test('the source of a stream is known, also as the body of a response', () => {
  const source = { pull: () => {}, cancel: () => {} }
  const stream = streamFrom(source)
  expect(directSourceOf(stream)).toBe(source)
  expect(directSourceOf(new Response(stream).body as ReadableStream)).toBe(source)
  expect(directSourceOf(new ReadableStream())).toBeUndefined()
})
