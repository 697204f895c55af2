import {
  type NumberedMessage,
  type StoredMessage,
  type StreamProducer,
  type StreamStore,
  StreamStoreError,
  type StreamStoreLimits,
  type StreamStoreProblem,
} from '@vectrade/core'
import { assert } from 'chai'
import { startStopwatch } from '@vectrade/test-kit/stopwatch'
import { expectWithinASecond } from '@vectrade/test-kit/within-a-second'
import { rejection } from '../cases/cases.ts'

export interface StoreUnderTest extends AsyncDisposable {
  store: StreamStore
  /** A second instance with the same data, if the store supports that. */
  other?: StreamStore
}

/** Creates an empty store. */
export type CreateStore = (limits?: StreamStoreLimits) => Promise<StoreUnderTest>

/**
 * A lease that a test can wait for, in ms. All that must happen before its end takes a few ms, if
 * the machine is not busy.
 */
export const shortLease = 1_000

export function newId(): string {
  return crypto.randomUUID()
}

/** Returns messages `from` to `to` of a stream, each with non-ASCII text. */
export function messages(from: number, to: number): StoredMessage[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    data: `Größe №${from + index} 😀`,
  }))
}

/** Returns messages as a reader gets them. */
export function numbered(stored: readonly StoredMessage[], first = 1): NumberedMessage[] {
  return stored.map((message, index) => ({ id: first + index, ...message }))
}

/** Reads all messages up to the end. */
export async function collect(reading: AsyncIterable<NumberedMessage>): Promise<NumberedMessage[]> {
  const collected: NumberedMessage[] = []
  for await (const message of reading) collected.push(message)
  return collected
}

/** A reader that takes a given number of messages. */
export class Reader {
  readonly #iterator: AsyncIterator<NumberedMessage>

  constructor(reading: AsyncIterable<NumberedMessage>) {
    this.#iterator = reading[Symbol.asyncIterator]()
  }

  async take(count: number): Promise<NumberedMessage[]> {
    const taken: NumberedMessage[] = []
    while (taken.length < count) {
      const { done, value } = await this.#iterator.next()
      assert(done !== true, `ended after ${taken.length} of ${count}`)
      taken.push(value)
    }
    return taken
  }

  /** Returns whether the reader is at the end. */
  async ended(): Promise<boolean> {
    return (await this.#iterator.next()).done === true
  }

  async leave(): Promise<void> {
    await this.#iterator.return?.()
  }
}

/** Asserts that a store refuses something, for this reason. */
export async function assertRefused(
  promise: Promise<unknown>,
  problem: StreamStoreProblem,
): Promise<StreamStoreError> {
  const error = await rejection(promise, StreamStoreError)
  assert.equal(error.problem, problem)
  return error
}

/** Returns how many ms an action takes, without those for which a busy machine keeps it waiting. */
export async function duration(action: () => Promise<unknown>): Promise<number> {
  const watch = startStopwatch()
  await action()
  return watch.ms
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Resolves when the producer is told to stop. Rejects after a second. */
export function stopsWithinASecond({ stopped }: StreamProducer): Promise<void> {
  return expectWithinASecond(() => stopped.aborted)
}
