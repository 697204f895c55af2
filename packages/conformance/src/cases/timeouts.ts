import { TimeoutError, type TimeoutPhase, type VecTradeOptions } from '@vectrade/core'
import type { Fault } from '@vectrade/sandbox/handler'
import { assert } from 'chai'
import type { Lab } from '../lab.ts'
import { type Cases, forEach, rejection } from './cases.ts'

const rows: [TimeoutPhase, VecTradeOptions, Fault][] = [
  ['headers', { timeout: 100 }, { hang: true }],
  ['idle', { idleTimeout: 150 }, { stallAfterEvents: 3, heartbeat: 20 }],
  ['heartbeat', { heartbeatTimeout: 150 }, { stallAfterEvents: 3 }],
]

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

    async 'heartbeats keep a silent stream alive'() {
      const { stream } = await lab.ask(
        { stallAfterEvents: 3, stallFor: 600, heartbeat: 20 },
        { client: { heartbeatTimeout: 300 } },
      )
      assert.match(await stream.finalText(), /simulated/i)
    },

    async 'a slow reader is no silent server'() {
      const { stream } = await lab.ask({}, { client: { idleTimeout: 100, heartbeatTimeout: 100 } })
      let read = 0
      for await (const _ of stream) {
        read += 1
        if (read === 2) await new Promise((resolve) => setTimeout(resolve, 300))
      }
      assert.isAbove(read, 3)
    },
  }
}
