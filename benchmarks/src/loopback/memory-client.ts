// Holds many open streams, each after its first event, and sends what one of them weighs.
import { setTimeout } from 'node:timers/promises'
import { openers } from './openers.ts'

const [name = '', url = '', streams = ''] = process.argv.slice(2)
const open = openers[name as keyof typeof openers](`${url}/held`)
const held: AsyncIterator<unknown>[] = []

async function hold(count: number): Promise<void> {
  const batch = Array.from({ length: count }, async () => {
    const iterator = open()[Symbol.asyncIterator]()
    const { value } = await iterator.next()
    if ((value as { type?: string }).type !== 'metadata') throw new Error('another event')
    held.push(iterator)
  })
  await Promise.all(batch)
}

async function weigh(): Promise<{ heap: number; rss: number }> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.()
    await setTimeout(50)
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, rss }
}

// What the first streams load and compile is not theirs.
await hold(20)
const before = await weigh()
const count = Number(streams)
// As many at a time as the server's backlog surely takes.
for (let left = count; left > 0; left -= 100) await hold(Math.min(left, 100))
const after = await weigh()
if (held.length !== count + 20) throw new Error(`${held.length} streams are open`)
process.send?.({ heap: (after.heap - before.heap) / count, rss: (after.rss - before.rss) / count })
