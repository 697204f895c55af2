import { APIError, type Fetch, StreamProtocolError } from '@vectrade/core'
import type { Fault } from '@vectrade/sandbox/handler'
import { assert } from 'chai'
import type { Asked, Lab } from '../lab.ts'
import { type Cases, forEach, rejection } from './cases.ts'

/**
 * Reads a clone of each response in the background, as OpenTelemetry's instrumentation of fetch
 * does.
 */
const cloning: Fetch = async (url, init) => {
  const response = await fetch(url, init)
  const reader = response.clone().body?.getReader()
  const read = async (): Promise<void> => {
    for (;;) if ((await reader?.read())?.done ?? true) return
  }
  // The read fails when the request is ended.
  read().catch(() => {})
  return response
}

type Use = (call: Asked) => Promise<unknown>

const wholeText: Use = async ({ stream }) => assert.match(await stream.finalText(), /simulated/i)
const isRefused: Use = ({ stream }) => rejection(stream.finalText(), APIError)
const isNone: Use = ({ stream }) => rejection(stream.finalText(), StreamProtocolError)

/** A fault, and what the caller does. After that, the server must see that the client has left. */
const rows: [name: string, fault: Fault, use: Use][] = [
  [
    'an answer that is left',
    { tokensPerSecond: 20 },
    async ({ stream }) => {
      for await (const { type } of stream) if (type === 'text') break
    },
  ],
  ['a whole answer after which the server says no more', { linger: true }, wholeText],
  ['an error without an end', { status: 503, body: 'endless' }, isRefused],
  ['no stream, without an end', { status: 200, body: 'endless', contentType: 'text/x' }, isNone],
  ['an answer of another status', { status: 201, tokensPerSecond: 20 }, isNone],
]

/** Letting go of a response ends its request, even if a clone of it is still being read. */
export function lettingGo(lab: Lab): Cases {
  const { abortsLate } = lab.options.capabilities ?? {}
  return {
    ...forEach(
      abortsLate ? rows : [],
      ([name]) => `${name} is closed within a second, though it was cloned`,
      async ([, fault, use]) => {
        const call = await lab.ask(fault, { client: { fetch: cloning } })
        await use(call)
        await lab.assertLeft(call)
      },
    ),

    ...(abortsLate && { [isAskedAgain]: () => askAgain(lab) }),

    async 'a whole answer that was cloned is read to its end'() {
      const call = await lab.ask({}, { client: { fetch: cloning } })
      await wholeText(call)
      const closed = (await lab.seen(call)).map((seen) => seen.closed)
      assert.deepEqual(closed, ['finished'])
    },
  }
}

const isAskedAgain = 'an error that is asked again is closed within a second, though it was cloned'

async function askAgain(lab: Lab): Promise<void> {
  const fault: Fault = { status: 503, body: 'endless', retryAfterMs: 5, times: 1 }
  const call = await lab.ask(fault, { client: { fetch: cloning, maxRetries: 1 } })
  await wholeText(call)
  const closed = (await lab.settled(call)).map((seen) => seen.closed)
  assert.deepEqual(closed, ['client', 'finished'])
}
