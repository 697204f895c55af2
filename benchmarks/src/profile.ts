// Where the time of reading goes: own time by function, of the two main cases, in this process.
import { type Profiler, Session } from 'node:inspector/promises'
import { chunkPerEvent, chunksOf, createPayload, respond, toMessages } from './payload.ts'
import { large, single } from './readers/reading.ts'
import { vectrade } from './readers/vectrade.ts'

const milliseconds = 5_000
const rows = 12

/** Own time by function, largest first. */
export interface Profile {
  name: string
  times: { function: string; percent: number }[]
}

export async function profileReading(): Promise<Profile[]> {
  const messages = toMessages(createPayload(2000))
  return [
    await profile(large, chunksOf(messages, 16 * 1024)),
    await profile(single, chunkPerEvent(messages)),
  ]
}

async function profile(name: string, chunks: Uint8Array[]): Promise<Profile> {
  await readFor(1_000, chunks)
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.start')
  await readFor(milliseconds, chunks)
  const { profile: taken } = await session.post('Profiler.stop')
  session.disconnect()
  return { name, times: ownTimes(taken).slice(0, rows) }
}

async function readFor(ms: number, chunks: Uint8Array[]): Promise<void> {
  const end = performance.now() + ms
  while (performance.now() < end) await vectrade.read(respond(chunks))
}

function ownTimes({ nodes, samples = [] }: Profiler.Profile): Profile['times'] {
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
      percent: (count / samples.length) * 100,
    }))
}

function placeOf({ functionName, url }: { functionName: string; url: string }): string {
  const file = url.split('/').slice(-2).join('/')
  return `${functionName || '(anonymous)'}${file && ` in ${file}`}`
}
