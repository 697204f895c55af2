// A process that has read nothing yet: it reads one answer a few times and sends what each time took.
import { readFileSync } from 'node:fs'
import { checkDigest, digestOf, respond } from '../payload.ts'
import { single } from '../readers/reading.ts'
import { contestants } from './contestants.ts'
import type { Order, Took } from './order.ts'

const { name, file, how, answers, expected, isImportTimed } = JSON.parse(
  process.argv[2] ?? '',
) as Order
const { packages, load } = contestants[name]
const chunks = cut(readFileSync(file))
const times: Took[] = []

// Node loads its `fetch` and all that belongs to it at first use. Every client needs it, none of them counts it.
respond([])
const imported = await timed(async () => {
  for (const specifier of packages) await import(specifier)
})
const work = await load()
for (let answer = 0; answer < answers; answer += 1) {
  const response = respond(chunks)
  const { took, result } = await timed(() => work.run(response))
  checkDigest(name, digestOf(await work.toAnswer(result)), expected)
  times.push(took)
}
if (isImportTimed) {
  times[0]!.wall += imported.took.wall
  times[0]!.cpu += imported.took.cpu
}
process.send?.(times)

/** CPU time is that of the whole process: the threads that compile and collect garbage are a cost as well. */
async function timed<T>(run: () => Promise<T>): Promise<{ took: Took; result: T }> {
  const before = process.cpuUsage()
  const start = performance.now()
  const result = await run()
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(before)
  return { took: { wall, cpu: (user + system) / 1000 }, result }
}

function cut(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += pieces.at(-1)!.length) {
    pieces.push(bytes.subarray(at, how === single ? endOfEvent(bytes, at) : at + 16 * 1024))
  }
  return pieces
}

/** The position after the blank line that ends the event. */
function endOfEvent(bytes: Uint8Array, start: number): number {
  let end = bytes.indexOf(0x0a, start)
  while (bytes[end + 1] !== 0x0a) end = bytes.indexOf(0x0a, end + 1)
  return end + 2
}
