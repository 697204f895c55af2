import { runClient, withServer } from '../loopback/child.ts'
import { interleave } from '../measure.ts'
import { cost, type Suite } from '../suite.ts'

const program = new URL('../loopback/concurrent-client.ts', import.meta.url)
const table = 'CPU time of an event, many live streams at once'

/** The CPU time of the client's process, each client in one of its own. */
export const concurrent: Suite = {
  name: 'concurrent',
  what: '500 live streams of 20 events a second each, from a server on loopback in another process',
  goals: [
    {
      what: "CPU per live event, openai's",
      measured: cost(table, 'vectrade', 'openai'),
      atMost: 1,
    },
    {
      what: "CPU per live event, fetch's",
      measured: cost(table, 'vectrade', 'fetch'),
      atMost: 1.15,
    },
  ],
  run(form) {
    const [streams, events, rounds] = form === 'long' ? [500, 80, 5] : [20, 10, 1]
    return withServer((url) =>
      interleave(
        (['vectrade', 'openai', 'fetch'] as const).map((name) => ({
          name,
          sample: () => runClient<number>(program, [name, url, `${streams}`, `${events}`]),
        })),
        { table, unit: 'µs/event', rounds, warmUps: 0 },
      ),
    )
  },
}
