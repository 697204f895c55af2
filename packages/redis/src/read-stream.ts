import { type NumberedMessage, StreamInterruptedError, StreamStoreError } from '@vectrade/core'
import type { Page, RedisStream } from './redis-stream.ts'

/** Messages that are in memory at a time, for each reader. */
const pageSize = 100

/** One reader. It asks Redis when it is woken or, in case nobody could wake it, now and then. */
export function readStream(
  stream: RedisStream,
  after: number,
  signal: AbortSignal | undefined,
): AsyncIterator<NumberedMessage, undefined> {
  const { open, limits, pollInterval } = stream.context
  let hasLeft = false
  let isWoken = false
  let resume: (() => void) | undefined
  const leave = (): void => {
    hasLeft = true
    resume?.()
  }
  const wake = (): void => {
    isWoken = true
    resume?.()
  }
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      resume = () => {
        clearTimeout(timer)
        resolve()
      }
      if (isWoken || hasLeft) resume()
    })
  /** Undefined as soon as the reader leaves. */
  const unlessLeft = <T>(promise: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      resume = () => {
        if (hasLeft) resolve(undefined)
      }
      promise.then(resolve, reject)
    })

  async function* follow(): AsyncGenerator<NumberedMessage, undefined> {
    let position = after
    let isLive = false
    // Of what nothing is known yet, nothing is waited for.
    let aliveUntil = -Infinity
    for (;;) {
      if (hasLeft) return
      isWoken = false
      const rest = aliveUntil - performance.now()
      let page: Page | null | undefined
      try {
        const ms = aliveUntil === -Infinity ? undefined : Math.max(0, rest) + 500
        page = await unlessLeft(stream.page(position, pageSize, ms))
      } catch (error) {
        const isAway = error instanceof StreamStoreError && error.problem === 'unavailable'
        if (!isAway || performance.now() >= aliveUntil) throw error
        await pause(Math.min(pollInterval, rest))
        continue
      }
      if (hasLeft || page === null || (page === undefined && !isLive)) return
      if (page === undefined) throw lostError()
      const { length, outcome, aliveFor, messages } = page
      isLive = outcome === undefined
      aliveUntil = performance.now() + (isLive ? aliveFor : limits.lease)
      for (const message of messages) {
        if (message.id !== position + 1) throw lostError()
        position = message.id
        yield message
        if (hasLeft) return
      }
      if (position < length && messages.length === 0) throw lostError()
      // While they were read, a producer may have come to life again.
      if (position < length || (messages.length > 0 && aliveFor <= 0)) continue
      if (!isLive) return
      if (aliveFor <= 0) throw new StreamInterruptedError()
      await pause(Math.min(pollInterval, aliveFor + 1))
    }
  }

  async function* reading(): AsyncGenerator<NumberedMessage, undefined> {
    if (signal?.aborted) return
    signal?.addEventListener('abort', leave, { once: true })
    open.add(leave)
    const unlisten = stream.listen(wake)
    try {
      yield* follow()
    } finally {
      unlisten()
      open.delete(leave)
      signal?.removeEventListener('abort', leave)
    }
  }

  const messages = reading()
  return {
    next: () => messages.next(),
    // Ends a pending read as well: the generator's own would wait for it.
    async return() {
      leave()
      return messages.return(undefined)
    },
  }
}

function lostError(): StreamStoreError {
  return new StreamStoreError('Redis has lost the stream, or a part of it', 'unavailable')
}
