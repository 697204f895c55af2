import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { StreamProtocolError } from '../errors/stream-error.ts'
import { decode, every, hex, utf8 } from '../test-support/decoding.ts'
import type { SseMessage } from './decode.ts'

interface ParserCase {
  name: string
  input: string
  inputHex?: string
  chunks?: string[]
  chunksHex?: string[]
  expect: SseMessage[]
  retry?: number
  lastEventId?: string
  unchecked?: string[]
}

interface LargeCase {
  name: string
  parts: [string, number][]
  splitAt?: number[]
  chunkSize?: number
  expect?: { data?: string; dataParts?: [string, number][] }[]
  expectCount?: number
  expectEach?: SseMessage
}

function load<T>(name: string): T[] {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'))
}

const cases = load<ParserCase>('parser-cases.json')
const large = load<LargeCase>('parser-cases-large.json')

const declared = ({ chunks, chunksHex }: ParserCase): Uint8Array[] | undefined =>
  chunksHex?.map(hex) ?? chunks?.map(utf8)

describe('the conformance cases', () => {
  test('are all there', () => {
    expect(cases.length).toBeGreaterThanOrEqual(186)
    expect(large.length).toBeGreaterThanOrEqual(7)
  })

  // The longest case has 65 000 splits.
  test.for(cases)('$name', { timeout: 180_000 }, async (given) => {
    const bytes = given.inputHex === undefined ? utf8(given.input) : hex(given.inputHex)
    const check = async (chunks: Iterable<Uint8Array>, how: string): Promise<void> => {
      const { messages, retry, lastEventId } = await decode(chunks)
      expect(messages, how).toEqual(given.expect)
      if (given.unchecked?.includes('retry')) expect(retry ?? 0, how).toBeGreaterThanOrEqual(0)
      else expect(retry, how).toBe(given.retry)
      if (given.lastEventId !== undefined) expect(lastEventId, how).toBe(given.lastEventId)
    }
    await check([bytes], 'whole')
    for (const size of [1, 2, 3, 7]) await check(every(bytes, size), `in chunks of ${size}`)
    const chunks = declared(given)
    if (chunks) await check(chunks, 'as declared')
    for (let at = 0; at <= bytes.length; at += 1) {
      await check([bytes.subarray(0, at), bytes.subarray(at)], `split at ${at}`)
    }
  })

  test.for(large)('$name', async (given) => {
    const unterminated = given.expect?.length === 0
    const limit = 2 ** 20
    let fed = 0
    function* chunks(): Generator<Uint8Array> {
      const text = given.parts
        .map(([part, count]) => part.repeat(unterminated ? 1 : count))
        .join('')
      if (unterminated) {
        yield utf8(text)
        for (const chunk of every(new Uint8Array(256 * 2 ** 20).fill(120), 2 ** 16)) {
          fed += chunk.length
          yield chunk
        }
        return
      }
      const bytes = utf8(text)
      const at = given.splitAt?.[0]
      if (at !== undefined) yield* [bytes.subarray(0, at), bytes.subarray(at)]
      else yield* every(bytes, given.chunkSize ?? bytes.length)
    }
    if (unterminated) {
      await expect(decode(chunks(), { maxEventBytes: limit })).rejects.toThrow(StreamProtocolError)
      expect(fed).toBeLessThanOrEqual(limit + 2 ** 16)
      return
    }
    const { messages } = await decode(chunks())
    if (given.expectCount !== undefined) {
      expect(messages.length).toBe(given.expectCount)
      expect(messages.every(({ data }) => data === given.expectEach?.data)).toBe(true)
      return
    }
    const expected = given.expect?.map(
      ({ data, dataParts }) =>
        data ?? dataParts?.map(([part, count]) => part.repeat(count)).join(''),
    )
    // Not toEqual: the difference between two megabytes is not worth printing.
    expect(messages.length).toBe(expected?.length)
    expect(messages.every(({ data }, index) => data === expected?.[index])).toBe(true)
  })
})
