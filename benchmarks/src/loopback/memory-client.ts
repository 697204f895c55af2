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

/** Every stream waits for its next event, on a socket of its own. */
async function checkOpen(expected: number): Promise<void> {
  let waiting = held.length
  const end = (): void => void (waiting -= 1)
  for (const iterator of held) iterator.next().then(end, end)
  await setTimeout(100)
  const sockets = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap')
  if (waiting !== expected || sockets.length < expected) {
    throw new Error(`${waiting} streams wait on ${sockets.length} sockets, not ${expected}`)
  }
}

// What the first streams load and compile is not theirs.
await hold(20)
const before = await weigh()
const count = Number(streams)
// As many at a time as the server's backlog surely takes.
for (let left = count; left > 0; left -= 100) await hold(Math.min(left, 100))
const after = await weigh()
await checkOpen(count + 20)
process.send?.({ heap: (after.heap - before.heap) / count, rss: (after.rss - before.rss) / count })
