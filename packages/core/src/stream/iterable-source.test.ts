import { describe, expect, test } from 'vitest'
import {
  AnalysisStream,
  ConfigurationError,
  RateLimitError,
  ServerError,
  type StreamEvent,
  StreamProtocolError,
} from '../index.ts'
import { catchError } from '../test-support/body.ts'

const text = (content: string): StreamEvent => ({ type: 'text', content })

function streamOf(event: StreamEvent): AsyncIterable<StreamEvent> {
  return new ReadableStream<StreamEvent>({
    start(controller) {
      controller.enqueue(event)
      controller.close()
    },
  })
}

/** A source that records how it is read. */
class Source {
  /** How many events were asked for. */
  asked = 0
  hasEnded = false

  async *events(count = 3, then?: () => unknown): AsyncGenerator<StreamEvent> {
    try {
      for (let at = 1; at <= count; at += 1) {
        this.asked += 1
        yield text(String(at))
      }
      this.asked += 1
      await then?.()
    } finally {
      this.hasEnded = true
    }
  }
}

describe('AnalysisStream.from', () => {
  test('reads the events, and adds `done`', async () => {
    const types = []
    for await (const { type } of AnalysisStream.from(new Source().events())) types.push(type)
    expect(types).toEqual(['text', 'text', 'text', 'done'])
  })

  test.for([
    ['an array', () => [text('Hi')]],
    ['a ReadableStream', () => streamOf(text('Hi'))],
    ['another stream of this SDK', () => AnalysisStream.from([text('Hi')])],
  ] as const)('takes %s', async ([, events]) => {
    expect(await AnalysisStream.from(events()).finalText()).toBe('Hi')
  })

  test('keeps the `done` of the events, with its usage', async () => {
    const events = [text('Hi'), { type: 'done', content: '', usage: { total_tokens: 3 } } as const]
    const analysis = await AnalysisStream.from(events).finalAnalysis()
    expect(analysis).toMatchObject({ text: 'Hi', usage: { total_tokens: 3 } })
  })

  test('reads nothing before its first use, and then nothing ahead', async () => {
    const source = new Source()
    const stream = AnalysisStream.from(source.events(100))
    await Promise.resolve()
    expect(source.asked).toBe(0)
    let read = 0
    for await (const event of stream) {
      read += 1
      expect([event.content, source.asked]).toEqual([String(read), read])
      if (read === 20) break
    }
    expect(source).toMatchObject({ asked: 20, hasEnded: true })
  })

  test('fits into everything that takes a stream', async () => {
    const [first, second] = AnalysisStream.from(new Source().events()).tee()
    const response = first.toResponse()
    expect(await Promise.all([response.text(), second.finalText()])).toEqual([
      expect.stringMatching(/"content":"3"}\n\ndata: {"type":"done"}\n\ndata: \[DONE]\n\n$/),
      '123',
    ])
  })

  test('lets a generator run to its end after `done`', async () => {
    let hasLogged = false
    async function* events(): AsyncGenerator<StreamEvent> {
      yield { type: 'done', content: '' }
      await Promise.resolve()
      hasLogged = true
    }
    await AnalysisStream.from(events()).finalText()
    expect(hasLogged).toBe(true)
  })

  test('adds the empty `content` that an event lacks', async () => {
    const events = [{ type: 'citation', source: 'SEC', url: 'https://sec.gov' }] as never
    for await (const event of AnalysisStream.from(events)) expect(event.content).toBe('')
  })

  test('throws a ConfigurationError if there is nothing to iterate', async () => {
    for (const events of [undefined, null, 7, 'text', {}]) {
      const error = await catchError(AnalysisStream.from(events as never).finalText())
      expect(error).toBeInstanceOf(ConfigurationError)
    }
  })
})

describe('an iterator that is written by hand', () => {
  const iterate = (...results: unknown[]): AsyncIterable<StreamEvent> => ({
    [Symbol.asyncIterator]: () => ({ next: async () => results.shift() as never }),
  })

  test('may leave out `done` until its end', async () => {
    const events = iterate({ value: text('a') }, { value: text('b') }, { done: true })
    expect(await AnalysisStream.from(events).finalText()).toBe('ab')
  })

  test.for([undefined, null, 5, 'text'])(
    'throws a ConfigurationError if it returns %j',
    async (result) => {
      const error = await catchError(
        AnalysisStream.from(iterate({ value: text('a') }, result)).finalText(),
      )
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(error).toMatchObject({ partial: { text: 'a' } })
    },
  )
})

test('a stream of this SDK that ends early is no complete answer', async () => {
  const inner = AnalysisStream.from([text('a'), text('b')])
  const outer = AnalysisStream.from(inner)[Symbol.asyncIterator]()
  await outer.next()
  await inner.cancel()
  await expect(outer.next()).rejects.toMatchObject({
    code: 'stream_interrupted',
    partial: { text: 'a' },
  })
})

test('a stream of this SDK that fails keeps its error, with what had arrived', async () => {
  const failing = new Source().events(2, () => Promise.reject(new RateLimitError({ message: 'm' })))
  const error = await catchError(AnalysisStream.from(AnalysisStream.from(failing)).finalText())
  expect(error).toMatchObject({ code: 'rate_limit_error', partial: { text: '12' } })
})

describe('a source that fails', () => {
  test('keeps the class of an error of this SDK, and what had arrived', async () => {
    const limit = new RateLimitError({
      message: 'Slow down',
      type: 'rate_limit_error',
      retryable: true,
      retryAfter: 2,
    })
    const events = new Source().events(2, () => Promise.reject(limit))
    const error = await catchError(AnalysisStream.from(events).finalText())
    expect(error).toBe(limit)
    expect(error).toMatchObject({ partial: { text: '12' } })
  })

  test('may throw the same error in two answers: the second does not get the text of the first', async () => {
    const limit = new RateLimitError({ message: 'Slow down' })
    const fail = (): Promise<never> => Promise.reject(limit)
    await catchError(AnalysisStream.from(new Source().events(2, fail)).finalText())
    expect(limit.partial?.text).toBe('12')
    await catchError(AnalysisStream.from(new Source().events(1, fail)).finalText())
    expect(limit.partial?.text).toBe('1')
  })

  test('makes any other error the cause of a ServerError', async () => {
    const cause = new TypeError('secret')
    const events = new Source().events(2, () => Promise.reject(cause))
    const error = await catchError(AnalysisStream.from(events).finalText())
    expect(error).toBeInstanceOf(ServerError)
    expect(error).toMatchObject({ cause, partial: { text: '12' }, retryable: true })
    expect(String(error)).not.toContain('secret')
  })

  test.for([
    [null, 'null: yield objects such as'],
    ['secret', 'a string: yield objects such as'],
    [['secret'], 'an array: yield objects such as'],
    [{ content: 'secret' }, 'an object whose `type` is not a string'],
    [{ type: 'text', content: 7 }, 'an event of the type "text" whose `content` is not a string'],
    [
      { type: 'citation', source: 'secret' },
      'an event of the type "citation" whose `url` is not a string',
    ],
    [
      { type: 'unknown', data: 'secret' },
      'an event of the type "unknown" whose `wireType` is not a string',
    ],
    [{ type: 'chart', points: 'secret' }, 'an object of the unknown type "chart"'],
    [
      {
        get type() {
          throw new Error('secret')
        },
      },
      'an object that cannot be read',
    ],
    [
      {
        type: 'text',
        get content() {
          throw new Error('secret')
        },
      },
      'an event of the type "text" that cannot be read',
    ],
  ] as const)('names the fault of %#', async ([value, message]) => {
    let hasEnded = false
    async function* events(): AsyncGenerator<StreamEvent> {
      try {
        yield text('Hi')
        yield value as never
      } finally {
        hasEnded = true
      }
    }
    const error = await catchError(AnalysisStream.from(events()).finalText())
    expect(error).toBeInstanceOf(StreamProtocolError)
    expect(error).toMatchObject({ partial: { text: 'Hi' } })
    expect(String(error)).toContain(`The source has yielded ${message}`)
    expect(String(error)).not.toContain('secret')
    await expect.poll(() => hasEnded).toBe(true)
  })

  test('is ended if its first event is wrong', async () => {
    let hasEnded = false
    async function* events(): AsyncGenerator<StreamEvent> {
      try {
        yield 7 as never
      } finally {
        hasEnded = true
      }
    }
    expect(await catchError(AnalysisStream.from(events()).finalText())).toMatchObject({
      code: 'stream_protocol_error',
      retryable: false,
    })
    await expect.poll(() => hasEnded).toBe(true)
  })
})

describe('leaving', () => {
  const never = (): Promise<never> => new Promise(() => {})

  test('ends a pending read at once', async () => {
    const source = new Source()
    const stream = AnalysisStream.from(source.events(1, never))
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    const pending = iterator.next()
    await stream.cancel()
    expect(await pending).toEqual({ done: true, value: undefined })
  })

  test('ends events that cannot be opened', async () => {
    const controller = new AbortController()
    const stream = AnalysisStream.from(new Source().events(0, never), controller)
    const reading = catchError(stream.finalText())
    controller.abort()
    expect(await reading).toMatchObject({ code: 'request_aborted' })
  })
})

test.for([
  ['signal', { signal: 'no signal' }],
  ['events', { events: ['chart'] }],
] as const)('a wrong %s is a ConfigurationError, and nothing is read', ([name, options]) => {
  const source = new Source()
  const make = (): unknown => AnalysisStream.from(source.events(), options as never)
  expect(make).toThrow(ConfigurationError)
  expect(make).toThrow(`\`${name}\``)
  expect(source.asked).toBe(0)
})
