import { runClient, withServer } from '../loopback/child.ts'
import { find, type Row, type Suite } from '../suite.ts'
import { quantile } from '@vectrade/report/quantile'

interface Weight {
  heap: number
  rss: number
}

const program = new URL('../loopback/memory-client.ts', import.meta.url)
const heapTable = 'heap of an open stream'
const rssTable = 'resident memory of an open stream'

/** Real sockets: the client's process has one for each stream, and so has the server's. */
export const memory: Suite = {
  name: 'memory',
  what: '10,000 streams held open after one event each; heap is heapUsed + external after gc',
  goals: [
    {
      what: "heap of an open stream, KiB over fetch's",
      measured(rows) {
        const own = find(rows, heapTable, 'vectrade').samples
        const least = find(rows, heapTable, 'fetch').samples
        return quantile(own, 0.5) - quantile(least, 0.5)
      },
      atMost: 4,
      unit: 'KiB',
    },
  ],
  async run(form) {
    const [streams, rounds] = form === 'long' ? [10_000, 3] : [100, 1]
    const rows: Row[] = []
    for (let round = 0; round < rounds; round += 1) {
      for (const name of ['vectrade', 'fetch', 'openai']) {
        // A server for each: what another one's streams left behind does not slow its answers.
        const { heap, rss } = await withServer((url) =>
          runClient<Weight>(program, [name, url, `${streams}`]),
        )
        add(rows, heapTable, name, heap / 1024)
        add(rows, rssTable, name, rss / 1024)
      }
    }
    return rows.toSorted((a, b) => a.table.localeCompare(b.table))
  },
}

function add(rows: Row[], table: string, name: string, sample: number): void {
  const row = rows.find((candidate) => candidate.table === table && candidate.name === name)
  if (row) row.samples.push(sample)
  else rows.push({ table, name, unit: 'KiB', samples: [sample] })
}
