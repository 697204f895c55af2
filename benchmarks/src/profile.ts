// Where the time of reading goes: own time by function, of the two main cases, in this process.
import { type Profiler, Session } from 'node:inspector/promises'
import { chunkPerEvent, chunksOf, createPayload, respond, toMessages } from './payload.ts'
import { vectrade } from './readers/vectrade.ts'

const milliseconds = 5_000
const rows = 10

const messages = toMessages(createPayload(2000))
await profile('16 KiB chunks', chunksOf(messages, 16 * 1024))
await profile('one event per chunk', chunkPerEvent(messages))

async function profile(name: string, chunks: Uint8Array[]): Promise<void> {
  await readFor(1_000, chunks)
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  await readFor(milliseconds, chunks)
  const { profile: taken } = await session.post('Profiler.stop')
  session.disconnect()
  console.log(`\n${name}`)
  console.table(ownTimes(taken).slice(0, rows))
}

async function readFor(ms: number, chunks: Uint8Array[]): Promise<void> {
  const end = performance.now() + ms
  while (performance.now() < end) await vectrade.read(respond(chunks))
}

function ownTimes({ nodes, samples = [] }: Profiler.Profile): { function: string; '%': string }[] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]))
  const counts = new Map<string, number>()
  for (const id of samples) {
    const place = places.get(id) ?? ''
    counts.set(place, (counts.get(place) ?? 0) + 1)
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([place, count]) => ({
      function: place,
      '%': ((count / samples.length) * 100).toFixed(1),
    }))
}

function placeOf({ functionName, url }: { functionName: string; url: string }): string {
  const file = url.split('/').slice(-2).join('/')
  return `${functionName || '(anonymous)'}${file && ` in ${file}`}`
}
