import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { MockLanguageModelV4 } from 'ai/test'

type Part = LanguageModelV4StreamPart

/** The usage of all answers of the mock models. */
const usage = {
  inputTokens: { total: 3, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 4, text: undefined, reasoning: undefined },
}

/** Returns the part that ends an answer. */
export function finish(
  unified: Extract<Part, { type: 'finish' }>['finishReason']['unified'] = 'stop',
): Part {
  return { type: 'finish', finishReason: { unified, raw: unified }, usage }
}

/** Returns a piece of text as a part. */
export function textPart(delta: string): Part {
  return { type: 'text-delta', id: '1', delta }
}

/** A stream of parts that counts how it is read. */
export interface CountedParts {
  readonly stream: ReadableStream<Part>
  /** How many parts were taken. */
  readonly pulled: number
  readonly cancelled: boolean
}

/** Returns a stream that has a part only when it is asked for one. After the last one, it ends or stays silent. */
export function countedParts(
  parts: readonly Part[],
  after: 'end' | 'silence' = 'end',
): CountedParts {
  const left = [...parts]
  const state = { pulled: 0, cancelled: false }
  const stream = new ReadableStream<Part>(
    {
      async pull(controller) {
        const part = left.shift()
        if (part !== undefined) {
          state.pulled += 1
          controller.enqueue(part)
        } else if (after === 'end') controller.close()
        else await new Promise(() => {})
      },
      cancel() {
        state.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return {
    stream,
    get pulled() {
      return state.pulled
    },
    get cancelled() {
      return state.cancelled
    },
  }
}

/** Returns a mock model of the AI SDK whose answer has these parts. */
export function mockModel(parts: readonly Part[]): MockLanguageModelV4 {
  return new MockLanguageModelV4({
    modelId: 'mock-1',
    doStream: async () => ({ stream: countedParts(parts).stream }),
  })
}
