import { monitorEventLoopDelay } from 'node:perf_hooks'
import { RedisServer } from '@vectrade/test-kit/redis-server'
import { delay } from '@vectrade/test-kit/delay'
import type { ProcessState } from '../process-state.ts'
import { type Program, startProgram } from '../program.ts'
import { monotonic } from './monotonic.ts'

export interface Load {
  store: 'none' | 'memory' | 'redis'
  /** The number of streams that are read to their end. */
  streams: number
  /** The number of streams with a reader that reads nothing, and later vanishes. */
  stalled: number
  /**
   * How stalled readers are connected. The buffers of a Unix socket are small. Over TCP, the systems' buffers
   * take some 9 MB of each answer before the endpoint notices that no one reads.
   */
  stalledOver: 'tcp' | 'unix'
  /** The number of streams that are read until the readers vanish (without a store) or stop them (with one). */
  leaving: number
  seconds: number
  /** Events a second of each stream. */
  perSecond: number
  /** Processes of the endpoint: each has two sockets for each stream. */
  servers: number
}

export interface LoadOutcome {
  received: number
  dropped: number
  outOfOrder: number
  resumed: number
  failed: string[]
  /** ms from sending to reading an event. */
  delay: { median: number; p99: number; worst: number }
  /** Bytes in the endpoint's processes for each stalled reader: early, and at the end. */
  held: [early: number, late: number]
  /** The most bytes from VecTrade in all buffers of one stalled reader's connections. */
  taken: number
  /** For each reader, ms from its leaving to the end of the request to VecTrade; Infinity if never. */
  cancelled: number[]
  /** ms by which timers of an idle process were late meanwhile. They show how busy the machine is. */
  lateness: number
  /** Requests to VecTrade that are still open at the end. */
  leftOpen: number
}

const program = (name: string): URL => new URL(`./programs/${name}.ts`, import.meta.url)
/** The most bytes by which the memory for a stalled reader may grow. The history of other streams is part of it. */
export const mostGrowth: number = 64 * 1024
/** ms to wait for something that should happen at once. */
const patience = 60_000

/** Runs one load on the endpoint. All measured parts run in other processes. */
export async function runLoad(load: Load): Promise<LoadOutcome> {
  const { store, streams, stalled, stalledOver, leaving, seconds } = load
  await using all = new AsyncDisposableStack()
  const redis =
    store === 'redis'
      ? await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always')
      : undefined
  if (redis) all.use(redis)
  const start = async (name: string, ...parameters: string[]): Promise<Program> =>
    all.use(await startProgram(program(name), ...parameters))

  const flood = store === 'none' ? '32' : '8'
  const upstream = await start('upstream', String(load.perSecond), flood)
  const url = await upstream.call<string>('url')
  const servers: Program[] = []
  for (let at = 0; at < load.servers; at += 1) {
    servers.push(await start('server', url, store, redis?.path ?? ''))
  }
  const ask = (name: string): Promise<string[]> =>
    Promise.all(servers.map((server) => server.call<string>(name)))
  const urls = await ask('url')
  const socketPaths = await ask('socketPath')
  all.defer(async () => void (await ask('close')))
  const readers = await start('readers', ...urls)
  const leavers = await start('readers', ...urls)
  const held = async (): Promise<number> => {
    const states = await Promise.all(servers.map((server) => server.call<ProcessState>('state')))
    return states.reduce((sum, state) => sum + state.held, 0)
  }

  await readers.call('open', 'reads', streams)
  await leavers.call('open', 'leaves', leaving)
  const before = await held()
  await leavers.call('stall', stalledOver === 'tcp' ? urls : socketPaths, stalled)
  const early = await settled(upstream, held, stalled * 16 * 1024)

  await upstream.call('goLive')
  await delay(seconds * 500)
  if (store !== 'none') await readers.call('reload', 10)
  if (redis) {
    await redis.kill()
    await delay(1500)
    await redis.start()
  }
  await delay(seconds * 500)
  const late = await heldAtMost(early + stalled * mostGrowth, held)
  const flooded = await upstream.call<number[]>('flooded')

  const timers = monitorEventLoopDelay({ resolution: 10 })
  timers.enable()
  const goneAt = new Map<string, number>()
  // With a store, an answer outlives its reader. Only a stop request ends it.
  if (store !== 'none') {
    const stopped = await leavers.call<Record<string, number>>('stop')
    for (const [prompt, at] of Object.entries(stopped)) goneAt.set(prompt, at)
  }
  const killedAt = monotonic()
  await leavers.kill()
  const isKilled = { stalls: stalled, leaves: store === 'none' ? leaving : 0 }
  for (const [kind, count] of Object.entries(isKilled)) {
    for (let at = 0; at < count; at += 1) goneAt.set(`${kind} ${at}`, killedAt)
  }
  const cancelled = await cancellations(upstream, goneAt)
  timers.disable()

  await upstream.call('complete')
  const outcome = await readers.call<Omit<LoadOutcome, 'held' | 'taken'>>('outcome')
  return {
    ...outcome,
    held: [(early - before) / stalled, (late - before) / stalled],
    taken: Math.max(0, ...flooded),
    cancelled,
    lateness: timers.max / 1e6 - 10,
    leftOpen: await upstream.call<number>('running'),
  }
}

/**
 * Waits until VecTrade cannot send any more to the stalled readers, and the endpoint holds no more for them. Returns what
 * it holds. On a busy machine, a store may take seconds to accept what comes next.
 *
 * @param little bytes that count as no more
 */
async function settled(
  upstream: Program,
  held: () => Promise<number>,
  little: number,
): Promise<number> {
  const until = performance.now() + patience
  let before = await held()
  for (;;) {
    await quiet(upstream, until)
    const after = await held()
    if (after - before < little || performance.now() > until) return after
    before = after
  }
}

/** Returns what the endpoint holds once that is no more than `most`, or after a while. A store that was away needs time. */
async function heldAtMost(most: number, held: () => Promise<number>): Promise<number> {
  const until = performance.now() + patience
  for (;;) {
    const bytes = await held()
    if (bytes <= most || performance.now() > until) return bytes
    await delay(500)
  }
}

/** Waits until VecTrade has sent nothing to the stalled readers for three seconds. */
async function quiet(upstream: Program, until: number): Promise<void> {
  let before = -1
  for (let unchanged = 0; unchanged < 6 && performance.now() < until;) {
    const sent = (await upstream.call<number[]>('flooded')).reduce((sum, bytes) => sum + bytes, 0)
    unchanged = sent === before ? unchanged + 1 : 0
    before = sent
    await delay(500)
  }
}

/** Returns, for each reader, the ms from its leaving to the end of the request to VecTrade. */
async function cancellations(
  upstream: Program,
  goneAt: Map<string, number>,
): Promise<LoadOutcome['cancelled']> {
  const until = performance.now() + patience
  for (;;) {
    const closings = await upstream.call<Record<string, number>>('closings')
    const took = [...goneAt].map(([prompt, at]) => (closings[prompt] ?? -Infinity) - at)
    // An earlier end belongs to another attempt of the same call.
    const pending = took.filter((ms) => ms < 0).length
    if (pending === 0 || performance.now() > until) {
      return took.map((ms) => (ms < 0 ? Infinity : ms))
    }
    await delay(50)
  }
}
