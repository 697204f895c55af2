import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { interleave, timed } from '../measure.ts'
import { createPayload, respondOpen } from '../payload.ts'
import { ai } from '../readers/ai.ts'
import { anthropic } from '../readers/anthropic.ts'
import { floor } from '../readers/floor.ts'
import { openai } from '../readers/openai.ts'
import { chunksFor, type Chunks, cut, large, reading, single } from '../readers/reading.ts'
import { vectrade } from '../readers/vectrade.ts'
import type { Suite } from '../suite.ts'

const readers = [vectrade, floor, openai, anthropic, ai]

/**
 * A full garbage collection discards what V8 knows of classes without an instance, and the machine code that
 * relies on it. So part of its cost depends on whether a stream is open.
 */
export const afterGc: Suite = {
  name: 'after-gc',
  what: 'reading right behind a full garbage collection, other streams being open or not',
  goals: [],
  async run(form) {
    const [size, times, rounds, warmUps] = form === 'long' ? [2000, 10, 15, 5] : [200, 1, 1, 0]
    const payload = createPayload(size)
    const collect = collector()
    const rows = []
    for (const how of [large, single] as const) {
      const chunks = cut(how, payload)
      const candidates = readers.map((reader) =>
        timed({ ...reading(reader, chunks, payload), times, before: collect }),
      )
      const measure = (table: string): ReturnType<typeof interleave> =>
        interleave(candidates, { table, unit: 'µs/event', rounds, warmUps })
      const close = holdOpen(chunks)
      rows.push(...(await measure(`${how}, one of each open`)))
      close()
      rows.push(...(await measure(`${how}, no stream open`)))
    }
    return rows
  },
}

/** One stream of each reader that has begun and waits. Returns what ends them. */
function holdOpen(chunks: Chunks): () => void {
  const ends = readers.map((reader) => {
    const { response, end } = respondOpen(chunksFor(reader, chunks).slice(0, 3))
    reader.read(response).catch(() => {})
    return end
  })
  return () => {
    for (const end of ends) end()
  }
}

/** Collects what nobody holds; needs no flag of the process. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
