import { withServer } from '../loopback/child.ts'
import { openers } from '../loopback/openers.ts'
import { interleave, type Candidate } from '../measure.ts'
import { checkAnswer, createPayload } from '../payload.ts'
import { addUp } from '../readers/reader.ts'
import { cost, type Suite } from '../suite.ts'

const table = 'from the call to the first event'
const { expected } = createPayload(20)

function candidate(name: 'vectrade' | 'fetch', url: string): Candidate {
  const open = openers[name](`${url}/first`)
  return {
    name,
    async sample() {
      const start = performance.now()
      const iterator = open()[Symbol.asyncIterator]()
      const first = await iterator.next()
      const time = performance.now() - start
      // To the end, so that the next call finds the connection free.
      checkAnswer(name, await addUp(continued(first.value, iterator)), expected)
      return time * 1000
    },
  }
}

async function* continued(first: unknown, iterator: AsyncIterator<unknown>) {
  yield first
  yield* { [Symbol.asyncIterator]: () => iterator }
}

export const firstEvent: Suite = {
  name: 'first-event',
  what: 'a server on loopback in another process, over a connection that is open already',
  goals: [
    { what: "first event, fetch's time", measured: cost(table, 'vectrade', 'fetch'), atMost: 1.05 },
  ],
  run: (form) =>
    withServer((url) =>
      interleave([candidate('vectrade', url), candidate('fetch', url)], {
        table,
        unit: 'µs',
        rounds: form === 'long' ? 500 : 20,
        warmUps: form === 'long' ? 50 : 2,
      }),
    ),
}
