import { openSync, readdirSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import type { VecTrade, VecTradeOptions } from '@vectrade/core'
import { endings, type World } from './endings.ts'

/** The parts that the runtime supplies. */
export interface Runtime {
  createClient(options: VecTradeOptions): VecTrade
  /** Serves an endpoint with this client. Returns its port. */
  serve(client: VecTrade): Promise<number>
}

/** The counts at one time, after a garbage collection. */
export interface Sample {
  streams: number
  heap: number
  descriptors: number
  /** Timers of this program and the SDK. The runtime's own timers are not visible. */
  timers: number
  /** Listeners on the signal that all streams share. */
  listeners: number
}

/** The measurements of one ending. */
export interface Measured {
  ending: string
  lanes: number
  samples: Sample[]
  unhandled: string[]
}

const samplesPerEnding = 6

/** Runs streams of each ending, and prints one line of JSON for each. */
export async function measure(runtime: Runtime): Promise<void> {
  const { SERVER_URL: url = '', STREAMS = '0', ENDING = '', LEAK = '' } = process.env
  const unhandled: string[] = []
  process.on('unhandledRejection', (error) => unhandled.push(String(error)))
  const timers = countTimers()
  const { signal } = new AbortController()
  const listeners = countListeners(signal)
  const clients = new Map<string, VecTrade>()
  const client = (answers: string, options: VecTradeOptions = {}): VecTrade => {
    const where =
      answers === 'resumed' || answers === 'live'
        ? { endpoint: `${url}/${answers}` }
        : { apiKey: 'vq_none_at_all', baseURL: `${url}/${answers}/v1` }
    const made =
      clients.get(answers) ?? runtime.createClient({ maxRetries: 0, ...where, ...options })
    clients.set(answers, made)
    return made
  }
  const handlerPort = await runtime.serve(client('endless'))
  const world: World = { client, signal, handlerPort }
  const chosen = Object.entries(endings).filter(([name]) => ENDING === '' || name === ENDING)
  // Warm up: objects that are created once, and compiled code, are not leaks.
  for (const [, { lanes, one }] of chosen) await many(40, lanes, () => one(world))
  for (const [name, { lanes, one }] of chosen) {
    const batch = Math.ceil(Number(STREAMS) / samplesPerEnding)
    const samples: Sample[] = []
    const sample = async (streams: number): Promise<void> => {
      const { heap, descriptors } = await settled(samples[0]?.descriptors)
      samples.push({ streams, heap, descriptors, timers: timers.live, listeners: listeners.live })
    }
    const work = (): Promise<unknown> => {
      if (LEAK !== '') leakOnPurpose(signal)
      return one(world)
    }
    await many(batch, lanes, work)
    await sample(0)
    for (let at = 1; at <= samplesPerEnding; at += 1) {
      await many(batch, lanes, work)
      await sample(at * batch)
    }
    const measured: Measured = { ending: name, lanes, samples, unhandled: unhandled.splice(0) }
    process.stdout.write(`${JSON.stringify(measured)}\n`)
  }
  process.exit()
}

async function many(count: number, lanes: number, one: () => Promise<unknown>): Promise<void> {
  let left = count
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      await one()
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, lanes) }, lane))
}

/** Collects garbage while that frees memory, or until no more is open than before. */
async function settled(before = Infinity): Promise<{ heap: number; descriptors: number }> {
  let heap = Infinity
  let descriptors = Infinity
  for (let round = 0, same = 0; round < 40 && (same < 3 || descriptors > before); round += 1) {
    globalThis.gc?.()
    // Finalizers run in a later turn. A connection that they close ends in another turn.
    await delay(5)
    const used = process.memoryUsage().heapUsed
    same = used < heap - 2_048 ? 0 : same + 1
    heap = Math.min(heap, used)
    descriptors = Math.min(descriptors, readdirSync('/proc/self/fd').length)
  }
  return { heap, descriptors }
}

const leaked: unknown[] = []

/** Leaks on purpose, so that a test can check that they are detected. */
function leakOnPurpose(signal: AbortSignal): void {
  leaked.push(
    Array.from({ length: 100 }, (_, at) => at),
    openSync('/dev/null', 'r'),
  )
  setTimeout(() => {}, 2 ** 30)
  signal.addEventListener('abort', () => {}, {})
}

/** The timers of the SDK, without the runtime's own, such as those for unused connections. */
function countTimers(): { live: number } {
  const live = new Set<unknown>()
  const { setTimeout: set, clearTimeout: clear } = globalThis
  // The only line that is checked.
  Error.stackTraceLimit = 2
  const ofSdk = /\/(core|node|deno)\/src\/|leakOnPurpose/
  globalThis.setTimeout = ((
    callback: (...given: unknown[]) => void,
    ms: number,
    ...given: unknown[]
  ) => {
    const timer = set(() => {
      live.delete(timer)
      callback(...given)
    }, ms)
    const caller = new Error('a stack').stack?.split('\n')[2] ?? ''
    if (ofSdk.test(caller)) live.add(timer)
    return timer
  }) as typeof setTimeout
  globalThis.clearTimeout = (timer) => {
    live.delete(timer)
    clear(timer)
  }
  return {
    get live() {
      return live.size
    },
  }
}

function countListeners(signal: AbortSignal): { live: number } {
  const live = new Set<unknown>()
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = ((type: 'abort', listener: () => void, options: object) => {
    live.add(listener)
    add(type, listener, options)
  }) as AbortSignal['addEventListener']
  signal.removeEventListener = ((type: 'abort', listener: () => void) => {
    live.delete(listener)
    remove(type, listener)
  }) as AbortSignal['removeEventListener']
  return {
    get live() {
      return live.size
    },
  }
}
