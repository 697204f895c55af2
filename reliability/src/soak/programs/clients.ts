// Programs and pages that ask for answers again and again. Arguments: VecTrade's URL, the key, the
// endpoint's URL, the number of simultaneous streams, the seed.
import process from 'node:process'
import { seeded } from '@vectrade/test-kit/seeded'
import { processState } from '../../process-state.ts'
import { serveCalls } from '../../program.ts'
import { Lab } from '../lab.ts'
import { scenarios } from '../scenarios.ts'

const [, , baseURL = '', apiKey = '', endpoint = '', together = '', seed = ''] = process.argv
const random = seeded(Number(seed))
const lab = new Lab({ baseURL, apiKey, endpoint }, random)
const names = Object.keys(scenarios)
const counts: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]))
const failures: string[] = []
process.on('unhandledRejection', (error) => {
  failures.push(`unhandled rejection: ${String(error)}`)
})
const over = new AbortController()
let working: Promise<unknown> | undefined

async function work(): Promise<void> {
  while (!over.signal.aborted) {
    const name = names[Math.floor(random() * names.length)] ?? ''
    try {
      await scenarios[name]?.(lab)
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
    counts[name] = (counts[name] ?? 0) + 1
  }
}

serveCalls({
  async begin() {
    await lab.open()
    working = Promise.all(Array.from({ length: Number(together) }, work))
  },
  /** Returns the memory in use, and the times to the first event since the last sample. */
  sample: () => ({ ...processState(), firstEvents: lab.firstEvents.splice(0) }),
  async finish() {
    over.abort()
    await working
    return { counts, failures }
  },
  state: processState,
})
