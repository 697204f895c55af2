import { inspect } from 'node:util'
import {
  type AI,
  AnalysisStream,
  ConfigurationError,
  ConnectionError,
  type OtherEvent,
  RateLimitError,
  type StreamEvent,
} from '@vectrade/core'
import { countedSource } from '@vectrade/test-kit/counted-source'
import { errorOf } from '@vectrade/test-kit/error-of'
import { asSchema } from 'ai'
import { describe, expect, test, vi } from 'vitest'
import { analysisTool } from './analysis-tool.ts'

type Client = { ai: AI<StreamEvent | OtherEvent> }

const events: StreamEvent[] = [
  { type: 'text', content: 'Hel' },
  { type: 'text', content: 'lo' },
  { type: 'citation', content: '', source: 'A', url: 'https://a.example/' },
  { type: 'metadata', content: '', model: 'm' },
  { type: 'done', content: '', usage: { total_tokens: 3 } },
]

/** Returns a client whose answers have these events. */
function clientOf(source: AsyncIterable<StreamEvent> | Iterable<StreamEvent>) {
  const stream = vi.fn((_: unknown, { signal }: { signal?: AbortSignal } = {}) =>
    AnalysisStream.from(source, { signal }),
  )
  return { client: { ai: { stream } } as unknown as Client, stream }
}

describe('analysisTool', () => {
  test('asks with the symbols and the signal of the call, and ends with the whole answer', async () => {
    const { client, stream } = clientOf(events)
    const { signal } = new AbortController()
    const input = { prompt: 'Why?', symbols: ['NVDA'] }
    const tool = analysisTool(client, { preliminaryInterval: 0 })
    const outputs = await Array.fromAsync(tool.execute(input, { abortSignal: signal }))
    expect(stream.mock.calls).toEqual([[input, { signal }]])
    expect(outputs).toEqual([await AnalysisStream.from(events).finalAnalysis()])
    expect(tool.toModelOutput({ output: outputs[0] as (typeof outputs)[0] })).toEqual({
      type: 'json',
      value: { text: 'Hello', citations: [{ source: 'A', url: 'https://a.example/' }] },
    })
  })

  test('has preliminary results, and not more often than asked', async () => {
    const texts = async (preliminaryInterval?: number) => {
      const tool = analysisTool(clientOf(events).client, { preliminaryInterval })
      const outputs = await Array.fromAsync(tool.execute({ prompt: 'Why?' }))
      return outputs.map(({ text, citations }) => `${text} ${citations.length}`)
    }
    expect(await texts(Number.MIN_VALUE)).toEqual(['Hel 0', 'Hello 0', 'Hello 1', 'Hello 1'])
    expect(await texts(60_000)).toEqual(['Hel 0', 'Hello 1'])
  })

  test('leaving the results ends the request', async () => {
    const source = countedSource(events)
    for await (const _ of analysisTool(clientOf(source).client).execute({ prompt: 'Why?' })) break
    expect(source.returned).toBe(1)
    expect(source.taken).toBe(1)
  })

  test('an aborted signal ends the request with its reason', async () => {
    const source = countedSource(events.slice(0, 1), 'silence')
    const controller = new AbortController()
    const { signal: abortSignal } = controller
    const results = analysisTool(clientOf(source).client).execute(
      { prompt: 'Why?' },
      { abortSignal },
    )
    await results.next()
    const pending = errorOf(results.next())
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await pending).toBe(reason)
    expect(source.returned).toBe(1)
  })

  test.for<[Error, object, string]>([
    [
      new RateLimitError({ message: 'secret', retryAfter: 6.5 }),
      { code: 'rate_limit_error', retryable: true },
      'VecTradeError: VecTrade gets too many requests. A call may succeed in 7 s.',
    ],
    [
      new ConnectionError('secret', 'connect'),
      { code: 'connection_error', retryable: true },
      'VecTradeError: VecTrade could not be reached. A later call may succeed.',
    ],
    [
      new ConfigurationError('secret'),
      { code: 'configuration_error', retryable: false },
      'VecTradeError: The analysis has failed. The same call would fail again.',
    ],
  ])('%o has a message for models', async ([cause, fields, text]) => {
    const client = { ai: { stream: () => AnalysisStream.from(countedSource([], cause)) } }
    const results = analysisTool(client as unknown as Client).execute({ prompt: 'Why?' })
    const error = (await errorOf(results.next())) as Error
    expect(error).toMatchObject(fields)
    expect(String(error)).toBe(text)
    expect(inspect(error.cause)).toContain('secret')
  })

  test('hides what a mistake in the program says', async () => {
    const stream = () => {
      throw new TypeError('secret')
    }
    const client = { ai: { stream } } as unknown as Client
    const error = await errorOf(analysisTool(client).execute({ prompt: 'Why?' }).next())
    expect(String(error)).toBe('Error: The analysis has failed')
    expect(inspect((error as Error).cause)).toContain('secret')
  })

  test.for([undefined, {}, { ai: {} }])('refuses %o as a client', (client) => {
    expect(() => analysisTool(client as never)).toThrow('`client` must be a VecTrade client')
  })

  test('refuses a wrong option', () => {
    const { client } = clientOf(events)
    expect(() => analysisTool(client, { preliminaryInterval: -1 })).toThrow('`preliminaryInterval`')
    expect(() => analysisTool(client, { description: 1 as never })).toThrow('`description`')
  })
})

describe('the input', () => {
  const { inputSchema } = analysisTool(clientOf(events).client)

  test.for([
    [{ prompt: 'Why?' }, { prompt: 'Why?' }],
    [{ prompt: 'Why?', symbols: null, more: 1 }, { prompt: 'Why?' }],
    [
      { prompt: 'Why?', symbols: ['NVDA'] },
      { prompt: 'Why?', symbols: ['NVDA'] },
    ],
  ])('%j is valid', async ([input, value]) => {
    expect(await asSchema(inputSchema).validate?.(input)).toEqual({ success: true, value })
  })

  test.for([null, 'Why?', {}, { prompt: ' ' }, { prompt: 'Why?', symbols: 'NVDA' }])(
    '%j is not valid',
    async (input) => {
      expect(await asSchema(inputSchema).validate?.(input)).toMatchObject({ success: false })
    },
  )
})
