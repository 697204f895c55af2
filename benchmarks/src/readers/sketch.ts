import { createParser } from 'eventsource-parser'
import { addUp, type Reader } from './reader.ts'

/** The least that hands events to `for await`: a kept parser and a queue; no limits, no errors, no cleanup. */
export const sketch: Reader = {
  name: 'sketch (parser and queue)',
  read: (response) => addUp(eventsOf(response.body!)),
}

function eventsOf(body: ReadableStream<Uint8Array>): AsyncIterable<unknown> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let queue: string[] = []
  let taken = 0
  const parser = createParser({ onEvent: ({ data }) => queue.push(data) })

  function next(): Promise<IteratorResult<unknown, undefined>> {
    return taken < queue.length ? Promise.resolve(take()) : fill()
  }

  /** Parses a message only now that it is asked for. */
  function take(): IteratorResult<unknown, undefined> {
    const data = queue[taken++]!
    return data === '[DONE]'
      ? { done: true, value: undefined }
      : { done: false, value: JSON.parse(data) as unknown }
  }

  async function fill(): Promise<IteratorResult<unknown, undefined>> {
    queue = []
    taken = 0
    while (queue.length === 0) {
      const { done, value } = await reader.read()
      if (done) return { done: true, value: undefined }
      parser.feed(decoder.decode(value, { stream: true }))
    }
    return take()
  }

  return { [Symbol.asyncIterator]: () => ({ next }) }
}
