import { AnalysisStream, RequestAbortedError, StreamInterruptedError } from '@vectrade/core'
import { errorOf } from '@vectrade/test-kit/error-of'
import { describe, expect, test, vi } from 'vitest'
import { modelEvents } from './model-events.ts'
import { countedParts, finish, textPart } from './test-support/mock-model.ts'
import { toEvents } from './to-events.ts'

describe('toEvents', () => {
  test('reads no part before it is asked for', async () => {
    const parts = countedParts([textPart('a'), textPart('b'), finish()])
    const events = toEvents(parts.stream)
    expect(parts.pulled).toBe(0)
    expect(await events.next()).toEqual({ done: false, value: { type: 'text', content: 'a' } })
    expect(parts.pulled).toBe(1)
    await events.next()
    expect(parts.pulled).toBe(2)
  })

  test('cancels the parts if the reader leaves, also during a read', async () => {
    const parts = countedParts([textPart('a')], 'silence')
    const events = toEvents(parts.stream)
    await events.next()
    const pending = events.next()
    await events.return?.()
    expect(await pending).toEqual({ done: true, value: undefined })
    expect(parts.cancelled).toBe(true)
  })

  test('ends iterables that are no streams', async () => {
    const left = vi.fn()
    async function* parts() {
      try {
        yield { type: 'text-delta', text: 'a' }
        yield { type: 'text-delta', text: 'b' }
      } finally {
        left()
      }
    }
    for await (const event of toEvents(parts())) {
      expect(event.content).toBe('a')
      break
    }
    await expect.poll(() => left).toHaveBeenCalled()
  })

  test('takes an answer without a finish part for one that was cut', async () => {
    const answer = AnalysisStream.from(toEvents(countedParts([textPart('a')]).stream))
    const error = await errorOf(answer.finalText())
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(error).toMatchObject({ partial: { text: 'a' }, retryable: true })
  })

  test('throws if the model says that its answer is not complete', async () => {
    const interrupted = toEvents(countedParts([textPart('a'), finish('interrupted')]).stream)
    await interrupted.next()
    expect(await errorOf(interrupted.next())).toBeInstanceOf(StreamInterruptedError)
    const failed = toEvents(countedParts([finish('error')]).stream)
    expect(await errorOf(failed.next())).toMatchObject({ code: 'server_error' })
    expect(await failed.next()).toEqual({ done: true, value: undefined })
  })

  test('throws that the call was aborted after an abort part', async () => {
    async function* parts() {
      yield { type: 'abort' }
    }
    expect(await errorOf(toEvents(parts()).next())).toBeInstanceOf(RequestAbortedError)
  })

  test('yields events of own types only if they are asked for', async () => {
    const parts = (): ReadableStream =>
      countedParts([
        { type: 'reasoning-delta', id: '1', delta: 'Think' },
        { type: 'tool-call', toolCallId: 'c', toolName: 'quote', input: '{"symbol":"NVDA"}' },
        { type: 'tool-result', toolCallId: 'c', toolName: 'quote', result: 1, preliminary: true },
        { type: 'tool-result', toolCallId: 'c', toolName: 'quote', result: 2 },
        textPart('a'),
        finish('tool-calls'),
      ]).stream
    const types = async (events: AsyncIterable<{ type: string }>): Promise<string[]> =>
      (await Array.fromAsync(events)).map(({ type }) => type)
    const { reasoning } = modelEvents
    expect(await types(toEvents(parts()))).toEqual(['text', 'metadata', 'done'])
    expect(await types(toEvents(parts(), { events: { reasoning } }))).toEqual([
      'reasoning',
      'text',
      'metadata',
      'done',
    ])
    expect(await Array.fromAsync(toEvents(parts(), { events: modelEvents }))).toEqual([
      { type: 'reasoning', content: '', text: 'Think' },
      { type: 'tool_call', content: '', id: 'c', name: 'quote', input: { symbol: 'NVDA' } },
      { type: 'tool_result', content: '', id: 'c', name: 'quote', output: 2 },
      { type: 'text', content: 'a' },
      { type: 'metadata', content: '', finish_reason: 'tool-calls' },
      {
        type: 'done',
        content: '',
        usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
      },
    ])
  })

  test.for([null, undefined, 5, 'text'])('throws if a part is %o', async (part) => {
    async function* parts() {
      yield part as never
    }
    expect(await errorOf(toEvents(parts()).next())).toMatchObject({
      code: 'stream_protocol_error',
      retryable: false,
    })
  })

  test('refuses what has no parts', () => {
    expect(() => toEvents([] as never)).toThrow('result.stream')
  })
})
