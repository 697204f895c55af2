import {
  type DecodeOptions,
  decodeEventStream,
  type SseMessage,
  StreamProtocolError,
} from '@vectrade/core'
import { assert } from 'chai'
import largeCases from '../data/parser-cases-large.json' with { type: 'json' }
import { bodyOf, collect, every, fromHex, utf8 } from './bytes.ts'
import { type Cases, forEach, rejection } from './cases.ts'
import { bytesOf, type ParserCase, parserCases } from './parser-cases.ts'

interface LargeCase {
  name: string
  parts: [string, number][]
  splitAt?: number[]
  chunkSize?: number
  expect?: { data?: string; dataParts?: [string, number][] }[]
  expectCount?: number
  expectEach?: SseMessage
}

/** The number of places at which a long input is split, besides those near its ends. */
const mostSplits = 512

export function decoding(): Cases {
  return {
    ...forEach(parserCases, ({ name }) => name, checkEverySplit),
    ...forEach(largeCases as unknown as LargeCase[], ({ name }) => name, checkLarge),
  }
}

interface Decoded {
  messages: SseMessage[]
  retry: number | undefined
  lastEventId: string
}

async function decode(chunks: Iterable<Uint8Array>, options: DecodeOptions = {}): Promise<Decoded> {
  let retry: number | undefined
  const decoded = decodeEventStream(bodyOf(chunks), { ...options, onRetry: (ms) => (retry = ms) })
  const messages = await collect(decoded)
  return { messages, retry, lastEventId: decoded.lastEventId }
}

async function checkEverySplit(given: ParserCase): Promise<void> {
  const bytes = bytesOf(given)
  const check = async (chunks: Iterable<Uint8Array>, how: string): Promise<void> => {
    const { messages, retry, lastEventId } = await decode(chunks)
    assert.deepEqual(messages, given.expect, how)
    if (given.unchecked?.includes('retry')) assert.isAtLeast(retry ?? 0, 0, how)
    else assert.equal(retry, given.retry, how)
    if (given.lastEventId !== undefined) assert.equal(lastEventId, given.lastEventId, how)
  }
  await check([bytes], 'whole')
  for (const size of [1, 2, 3, 7]) await check(every(bytes, size), `in chunks of ${size}`)
  const declared = given.chunksHex?.map(fromHex) ?? given.chunks?.map(utf8)
  if (declared !== undefined) await check(declared, 'as declared')
  for (const at of splits(bytes.length)) {
    await check([bytes.subarray(0, at), bytes.subarray(at)], `split at ${at}`)
  }
}

function* splits(length: number): Generator<number> {
  const step = Math.max(1, Math.floor(length / mostSplits))
  for (let at = 0; at <= length; at += at < 128 || at >= length - 128 ? 1 : step) yield at
}

async function checkLarge(given: LargeCase): Promise<void> {
  if (given.expect?.length === 0) return await checkUnterminated(given)
  const bytes = utf8(given.parts.map(([part, count]) => part.repeat(count)).join(''))
  const at = given.splitAt?.[0]
  const { messages } = await decode(
    at === undefined
      ? every(bytes, given.chunkSize ?? bytes.length)
      : [bytes.subarray(0, at), bytes.subarray(at)],
  )
  if (given.expectCount !== undefined) {
    assert.equal(messages.length, given.expectCount)
    assert(messages.every(({ data }) => data === given.expectEach?.data))
    return
  }
  const expected = given.expect?.map(
    ({ data, dataParts }) => data ?? dataParts?.map(([part, count]) => part.repeat(count)).join(''),
  )
  // A difference between two texts of a megabyte would be too long to print.
  assert.equal(messages.length, expected?.length)
  assert(messages.every(({ data }, index) => data === expected?.[index]))
}

/** Checks that an event without an end is refused at the limit, and that little more is read. */
async function checkUnterminated({ parts }: LargeCase): Promise<void> {
  const limit = 2 ** 20
  const chunk = 2 ** 16
  let fed = 0
  function* endless(): Generator<Uint8Array> {
    yield utf8(parts.map(([part]) => part).join(''))
    for (const piece of every(new Uint8Array(256 * 2 ** 20).fill(120), chunk)) {
      fed += piece.length
      yield piece
    }
  }
  await rejection(decode(endless(), { maxEventBytes: limit }), StreamProtocolError)
  assert.isAtMost(fed, limit + chunk)
}
