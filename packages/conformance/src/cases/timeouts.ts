import { TimeoutError, type TimeoutPhase, type VecTradeOptions } from '@vectrade/core'
import type { Fault } from '@vectrade/sandbox/handler'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { type Cases, forEach, rejection } from './cases.ts'

const rows: [TimeoutPhase, VecTradeOptions, Fault][] = [
  ['headers', { timeout: 1_000 }, { hang: true }],
  ['idle', { idleTimeout: 150 }, { stallAfterEvents: 3, heartbeat: 20 }],
  ['heartbeat', { heartbeatTimeout: 150 }, { stallAfterEvents: 3 }],
]

/** Much longer than the server takes, in ms, so that the program is busy before the limit ends. */
const longLimit = 1_500

/**
 * Limits that are shorter than the time for which the program is busy, and what the server does
 * then.
 */
const busyRows: [string, VecTradeOptions, Fault][] = [
  ['timeout', { timeout: longLimit }, { delay: 200 }],
  ['idleTimeout', { idleTimeout: longLimit }, { stallAfterEvents: 2, stallFor: 200, heartbeat: 0 }],
  ['heartbeatTimeout', { heartbeatTimeout: longLimit }, { stallAfterEvents: 2, stallFor: 200 }],
]

/**
 * Keeps the program busy. The number of steps ends this if the clock stands still, as in Workers.
 */
function beBusy(ms: number): void {
  const end = performance.now() + ms
  for (let steps = 0; steps < 2e9 && performance.now() < end; steps += 1);
}

/** Every wait has a limit. */
export function timeouts(lab: Lab): Cases {
  return {
    ...forEach(
      rows,
      ([phase]) => `${phase}: an error that says which, and the connection is closed`,
      async ([phase, client, fault]) => {
        const call = await lab.ask(fault, { client })
        const error = await rejection(call.stream.finalText(), TimeoutError)
        assert.include(error, { phase, code: 'timeout' })
        await lab.assertLeft(call)
      },
    ),

    ...forEach(
      busyRows,
      ([limit]) => `${limit}: a program that is busy for longer loses nothing`,
      async ([, client, fault]) => {
        const call = await lab.ask(fault, { client })
        const reading = call.stream.finalText()
        await lab.sent(call, fault.stallAfterEvents ?? 0)
        beBusy(longLimit + 300)
        assert.match(await reading, /simulated/i)
        assert.lengthOf(await lab.seen(call), 1)
      },
    ),

    async 'heartbeats keep a silent stream alive'() {
      // On a busy machine, the server itself may be silent for longer than the limit. Without
      // heartbeats, each attempt would fail.
      for (let attempt = 1; ; attempt += 1) {
        const { stream } = await lab.ask(
          { stallAfterEvents: 3, stallFor: 3_500, heartbeat: 20 },
          { client: { heartbeatTimeout: 3_000 } },
        )
        const text = await stream.finalText().catch((error: unknown) => {
          if (attempt === 5 || !(error instanceof TimeoutError)) throw error
        })
        if (text === undefined) continue
        assert.match(text, /simulated/i)
        return
      }
    },

    async 'a slow reader is no silent server'() {
      const { stream } = await lab.ask(
        {},
        { client: { idleTimeout: 1_000, heartbeatTimeout: 1_000 } },
      )
      let read = 0
      for await (const _ of stream) {
        read += 1
        if (read === 2) await new Promise((resolve) => setTimeout(resolve, 1_500))
      }
      assert.isAbove(read, 3)
    },
  }
}
