import { type NumberedMessage, StreamInterruptedError, StreamStoreError } from '@vectrade/core'
import { whenAborted } from '@vectrade/core/adapter'
import type { Page, RedisStream } from './redis-stream.ts'

/** The most messages that a reader has in memory. */
const pageSize = 100

/**
 * Reads a stream. Asks Redis after each wake-up. Wake-ups can get lost, so it also asks Redis after each
 * poll interval.
 */
export function readStream(
  stream: RedisStream,
  after: number,
  signal: AbortSignal | undefined,
): AsyncIterator<NumberedMessage, undefined> {
  const { open, limits, pollInterval } = stream.context
  let hasStopped = false
  let isWoken = false
  let resume: (() => void) | undefined
  const stopReading = (): void => {
    hasStopped = true
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
      if (isWoken || hasStopped) resume()
    })
  /** Resolves with undefined as soon as reading stops. */
  const unlessStopped = <T>(promise: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      resume = () => {
        if (hasStopped) resolve(undefined)
      }
      promise.then(resolve, reject)
    })

  async function* follow(): AsyncGenerator<NumberedMessage, undefined> {
    let position = after
    let isLive = false
    // Before the first reply, an unreachable Redis is an error at once.
    let aliveUntil = -Infinity
    for (;;) {
      if (hasStopped) return
      isWoken = false
      const leaseLeft = aliveUntil - performance.now()
      let page: Page | null | undefined
      try {
        const ms = aliveUntil === -Infinity ? undefined : Math.max(0, leaseLeft) + 500
        page = await unlessStopped(stream.page(position, pageSize, ms))
      } catch (error) {
        const isUnreachable = error instanceof StreamStoreError && error.problem === 'unavailable'
        if (!isUnreachable || performance.now() >= aliveUntil) throw error
        await pause(Math.min(pollInterval, leaseLeft))
        continue
      }
      if (hasStopped || page === null || (page === undefined && !isLive)) return
      if (page === undefined) throw lostError()
      const { length, outcome, aliveFor, messages } = page
      isLive = outcome === undefined
      aliveUntil = performance.now() + (isLive ? aliveFor : limits.lease)
      for (const message of messages) {
        if (message.id !== position + 1) throw lostError()
        position = message.id
        yield message
        if (hasStopped) return
      }
      if (position < length && messages.length === 0) throw lostError()
      // While the messages were read, the producer may have shown a sign of life, or another one started.
      if (position < length || (messages.length > 0 && aliveFor <= 0)) continue
      if (!isLive) return
      if (aliveFor <= 0) throw new StreamInterruptedError()
      await pause(Math.min(pollInterval, aliveFor + 1))
    }
  }

  async function* read(): AsyncGenerator<NumberedMessage, undefined> {
    if (signal?.aborted) return
    const unlink = signal && whenAborted(signal, stopReading)
    open.add(stopReading)
    const unlisten = stream.listen(wake)
    try {
      yield* follow()
    } finally {
      unlisten()
      open.delete(stopReading)
      unlink?.()
    }
  }

  const messages = read()
  return {
    next: () => messages.next(),
    // Also ends a pending read. The generator's own `return()` would wait for it.
    async return() {
      stopReading()
      return messages.return(undefined)
    },
  }
}

function lostError(): StreamStoreError {
  return new StreamStoreError('Redis has lost the stream or a part of it', 'unavailable')
}
