import { RedisServer } from '@vectrade/test-kit/redis-server'
import { quantile } from '@vectrade/report/quantile'
import { delay } from '@vectrade/test-kit/delay'
import type { ProcessState } from '../process-state.ts'
import { type Program, startProgram } from '../program.ts'

/** The soak at one moment. */
export interface Sample {
  /** s since it began. */
  time: number
  /** MB after a garbage collection: the process of programs and pages, and the site's server. */
  clients: number
  server: number
  /** MB that the system counts for them. */
  clientsRss: number
  serverRss: number
  /** Open sockets of both. */
  sockets: number
  /** p99 of the time to the first event since the last sample, in ms. */
  firstEvent: number
}

export interface SoakOutcome {
  samples: Sample[]
  /** The number of streams of each scenario. */
  counts: Record<string, number>
  failures: string[]
  firstEvents: number[]
  /** Sockets of clients and server after everything has ended, without those they started with. */
  socketsLeft: number
  /** Requests that VecTrade is still answering. */
  openLeft: number
}

const program = (name: string): URL => new URL(`./programs/${name}.ts`, import.meta.url)
const megabyte = 1e6
/** ms to wait for something that should happen at once. */
const patience = 60_000

export async function runSoak(
  seconds: number,
  together: number,
  seed: number,
): Promise<SoakOutcome> {
  await using all = new AsyncDisposableStack()
  const start = async (name: string, ...parameters: string[]): Promise<Program> =>
    all.use(await startProgram(program(name), ...parameters))
  const redis = all.use(await RedisServer.start())
  const sandbox = await start('sandbox')
  const { url, apiKey } = await sandbox.call<{ url: string; apiKey: string }>('place')
  const server = await start('server', url, apiKey, redis.path)
  const endpoint = await server.call<string>('url')
  const clients = await start('clients', url, apiKey, endpoint, String(together), String(seed))

  const sockets = async (): Promise<number> => {
    const states = await Promise.all(
      [clients, server].map((each) => each.call<ProcessState>('state')),
    )
    return states.reduce((sum, state) => sum + state.sockets, 0)
  }
  // The store opens another connection to Redis when someone reads.
  const atFirst = (await sockets()) + 1
  await clients.call('begin')

  const samples: Sample[] = []
  const firstEvents: number[] = []
  const begun = performance.now()
  // A plot can show at most 150 points.
  const interval = Math.max(1000, (seconds * 1000) / 150)
  for (let at = 1; at * interval <= seconds * 1000; at += 1) {
    await delay(Math.max(0, begun + at * interval - performance.now()))
    const mine = await clients.call<ProcessState & { firstEvents: number[] }>('sample')
    const theirs = await server.call<ProcessState>('state')
    firstEvents.push(...mine.firstEvents.slice(0, 10_000))
    samples.push({
      time: Math.round((performance.now() - begun) / 1000),
      clients: mine.held / megabyte,
      server: theirs.held / megabyte,
      clientsRss: mine.rss / megabyte,
      serverRss: theirs.rss / megabyte,
      sockets: mine.sockets + theirs.sockets,
      firstEvent: quantile(mine.firstEvents, 0.99),
    })
  }
  const { counts, failures } =
    await clients.call<Pick<SoakOutcome, 'counts' | 'failures'>>('finish')
  const openLeft = await atRest(() => sandbox.call<number>('open'), 0)
  // The sandbox keeps idle connections for a minute, which no one needs to wait for.
  await sandbox.kill()
  const socketsLeft = Math.max(0, (await atRest(sockets, atFirst)) - atFirst)
  return { samples, counts, failures, firstEvents, socketsLeft, openLeft }
}

/** Waits until a count falls to its expected final value. Returns the count. */
async function atRest(count: () => Promise<number>, most: number): Promise<number> {
  const until = performance.now() + patience
  for (;;) {
    const value = await count()
    if (value <= most || performance.now() > until) return value
    await delay(250)
  }
}
