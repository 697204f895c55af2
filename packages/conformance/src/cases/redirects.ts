import { ConnectionError } from '@vectrade/core'
import { assert } from 'chai'
import { type Lab, newId } from '../lab.ts'
import { type Cases, forEach, rejection } from './cases.ts'

const statuses = [301, 302, 303, 307, 308]

/** Redirects are followed at the same origin. Nothing is sent to another origin. */
export function redirects(lab: Lab): Cases {
  return {
    ...(lab.options.capabilities?.redirects &&
      forEach(
        statuses,
        (status) => `${status} to the same origin is followed`,
        async (status) => {
          const call = await lab.ask({ status, location: 'self' })
          assert.match(await call.stream.finalText(), /simulated/i)
          assert.equal((await lab.seen(call)).length, 2)
        },
      )),

    ...forEach(
      statuses,
      (status) => `${status} to another origin: neither key nor prompt nor anything goes there`,
      async (status) => {
        const { elsewhere } = await lab.addresses()
        const mark = newId()
        const location = `${elsewhere}/ai/analyze?case=${mark}`
        const { stream } = await lab.ask({ status, location })
        await rejection(stream.finalText(), ConnectionError)
        const seen = await lab.seen({ id: mark }, 'elsewhere')
        assert.deepEqual(seen, [])
      },
    ),

    ...forEach(
      ['loop', 'none'],
      (location) => `one that leads nowhere (${location}) is an error`,
      async (location) => {
        const { stream } = await lab.ask({ status: 307, location })
        await rejection(stream.finalText(), ConnectionError)
      },
    ),
  }
}
