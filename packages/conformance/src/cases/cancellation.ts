import { type AnalysisStream, RequestAbortedError, type StreamEvent } from '@vectrade/core'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { type Cases, forEach, rejection } from './cases.ts'

/** Ways in which a reader can leave in the middle of an answer without an error. */
const leaving: Record<string, (stream: AnalysisStream) => Promise<void>> = {
  async break(stream) {
    for await (const event of stream) if (event.type === 'text') break
  },
  async throw(stream) {
    const thrown = new Error('mine')
    const reading = (async () => {
      for await (const event of stream) if (event.type === 'text') throw thrown
    })()
    assert.equal(await rejection(reading, Error), thrown)
  },
  async 'return()'(stream) {
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    await iterator.return?.()
  },
  async 'cancel()'(stream) {
    await stream[Symbol.asyncIterator]().next()
    await stream.cancel()
  },
  async 'cancel() under a pending read'(stream) {
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    let last: IteratorResult<StreamEvent> | undefined
    const reading = (async () => {
      do last = await iterator.next()
      while (!last.done)
    })()
    await stream.cancel()
    await reading
    assert.deepEqual(last, { done: true, value: undefined })
  },
  async 'await using'(stream) {
    await using held = stream
    await held[Symbol.asyncIterator]().next()
  },
  async 'break in textStream'(stream) {
    for await (const _ of stream.textStream) break
  },
  async 'break in one half of a tee, cancel() of the other'(stream) {
    const [left, right] = stream.tee()
    const reading = left[Symbol.asyncIterator]()
    const other = right[Symbol.asyncIterator]()
    await Promise.all([reading.next(), other.next()])
    await reading.return?.()
    await right.cancel()
  },
}

export function cancellation(lab: Lab): Cases {
  return {
    ...forEach(
      Object.entries(leaving),
      ([name]) => `${name} closes the connection within a second`,
      async ([, leave]) => {
        const call = await lab.ask({ tokensPerSecond: 20 })
        await leave(call.stream)
        await lab.assertLeft(call)
      },
    ),

    ...forEach(
      [{ tokensPerSecond: 20 }, { stallAfterEvents: 2 }, { hang: true }],
      (fault) => `an aborted signal rejects the pending read, ${JSON.stringify(fault)}`,
      async (fault) => {
        const controller = new AbortController()
        const call = await lab.ask(fault, { signal: controller.signal })
        const reading = rejection(call.stream.finalText(), RequestAbortedError)
        await lab.sent(call, 'hang' in fault ? 0 : 2)
        const reason = new Error('Enough')
        controller.abort(reason)
        // React Native's AbortController drops the reason.
        assert.equal((await reading).cause, controller.signal.reason)
        await lab.assertLeft(call)
      },
    ),

    async 'both halves of a tee may leave before there is an answer'() {
      const call = await lab.ask({ hang: true })
      const halves = call.stream.tee()
      const reading = halves.map((half) => half[Symbol.asyncIterator]().next())
      await lab.sent(call, 0)
      for (const half of halves) await half.cancel()
      await lab.assertLeft(call)
      for (const { done } of await Promise.all(reading)) assert.equal(done, true)
    },

    async 'a signal that is aborted already sends nothing'() {
      const controller = new AbortController()
      controller.abort()
      const call = await lab.ask({}, { signal: controller.signal })
      await rejection(call.stream.finalText(), RequestAbortedError)
      assert.deepEqual(await lab.seen(call), [])
    },

    async 'cancel() before the first use sends nothing'() {
      const call = await lab.ask()
      await call.stream.cancel()
      assert.deepEqual(await lab.seen(call), [])
    },

    async 'an abort ends the wait for the next attempt'() {
      const controller = new AbortController()
      const fault = { status: 503, retryAfter: 20 }
      const client = { maxRetries: 2 }
      const call = await lab.ask(fault, { client, signal: controller.signal })
      const reading = rejection(call.stream.finalText(), RequestAbortedError)
      await lab.sent(call, 0)
      setTimeout(() => controller.abort(), 50)
      await reading
      assert.equal((await lab.seen(call)).length, 1)
    },

    async 'close() of the client ends its streams'() {
      const call = await lab.ask({ tokensPerSecond: 20 })
      const reading = rejection(call.stream.finalText(), RequestAbortedError)
      await lab.sent(call, 1)
      call.client.close()
      await reading
      await lab.assertLeft(call)
    },

    async 'a finished stream leaves the signal as it was'() {
      const controller = new AbortController()
      const call = await lab.ask({}, { signal: controller.signal })
      await call.stream.finalText()
      assert(!controller.signal.aborted)
      controller.abort()
      assert.deepEqual(
        (await lab.seen(call)).map(({ closed }) => closed),
        ['finished'],
      )
    },
  }
}
