import { delay } from '@vectrade/test-kit/delay'
import type { ProcessState } from '../process-state.ts'
import { type Program, startProgram } from '../program.ts'
import { Random } from '../random.ts'
import type { CutKind } from './cut.ts'
import { burstSymbol, numbersOfInstance } from './numbered-quote.ts'

export interface LiveLoad {
  readers: number
  /** How long connections are cut. The other events, such as a restart, take extra time. */
  seconds: number
  cuts: number
  seed: number
  /** What the endpoint does wrong with some events. */
  fault?: 'loses' | 'doubles'
}

/** What one reader got. */
export interface ReaderOutcome {
  name: string
  kind: 'steady' | 'sleeper' | 'staller'
  events: number
  missed: number
  failures: string[]
  /** The number of gaps, by reason. */
  gaps: Record<string, number>
}

export interface LiveOutcome {
  readers: ReaderOutcome[]
  /** The connections that were cut. */
  cut: { upstream: number; readers: number }
  /** The readers whose last quotes are not those of the upstream in the end. */
  behind: string[]
  /** Errors that no one should see, and feeds that ended in a wrong way. */
  errors: string[]
  /** Bytes in the endpoint's process: after the burst, and at the end, with all readers. */
  held: [early: number, late: number]
  /** What is still open after all readers have left. */
  left: { endpoint: number; upstream: number; network: number; sockets: number }
}

const program = (name: string): URL => new URL(`./programs/${name}.ts`, import.meta.url)
/** ms to wait for something that should happen soon. */
const patience = 120_000
/** ms between two quotes of the upstream. */
const pace = 20
/** The quotes of a burst. They are more than the buffers of a connection take. */
const burst = 3000

/** Runs readers of an endpoint whose connections are cut. Each part runs in a process of its own. */
export async function runLive(load: LiveLoad): Promise<LiveOutcome> {
  const { seed, fault = '' } = load
  await using all = new AsyncDisposableStack()
  const start = async (name: string, ...parameters: string[]): Promise<Program> =>
    all.use(await startProgram(program(name), ...parameters))

  const network = await start('cutter')
  const ports = await network.call<Record<'upstream' | 'readers' | 'stallers', number>>('ports')
  const startUpstream = async (instance: number): Promise<Program> => {
    const started = await start('upstream', String(instance * numbersOfInstance))
    await network.call('lead', 'upstream', await started.call('port'))
    return started
  }
  const startEndpoint = async (): Promise<Program> => {
    const started = await start('endpoint', `ws://127.0.0.1:${ports.upstream}`, fault)
    all.defer(() => started.call<void>('cleanUp').catch(() => {}))
    await network.call('lead', 'readers', await started.call('port'))
    await network.call('lead', 'stallers', await started.call('socketPath'))
    return started
  }
  let upstream = await startUpstream(0)
  let endpoint = await startEndpoint()
  const readers = await start('readers', url(ports.readers), url(ports.stallers), String(seed))
  const { sockets } = await readers.call<ProcessState>('state')
  await readers.call('open', load.readers)
  await upstream.call('begin', pace)

  const errors: string[] = []
  let early = 0
  const events: Record<string, () => Promise<void>> = {
    async 'the endpoint is killed'() {
      errors.push(...(await endpoint.call<string[]>('errors')))
      await endpoint.call('cleanUp')
      await endpoint.kill()
      endpoint = await startEndpoint()
    },
    async 'a burst while connections stall'() {
      const stallers = await readers.call<number>('count', 'staller')
      const isReady = async (): Promise<boolean> =>
        (await network.call<number>('connected', 'stallers')) === stallers &&
        (await upstream.call<boolean>('isBurstFollowed'))
      await until(isReady, 'all readers are connected')
      await network.call('stall', 'stallers')
      await upstream.call('burst', burst)
      const last = (await upstream.call<Record<string, number>>('last'))[burstSymbol] ?? NaN
      // An endpoint that loses every tenth quote may lose the last one, but not also the one before it.
      const number = fault === 'loses' ? last - 1 : last
      const hasCome = (which: string) => (): Promise<boolean> =>
        readers.call('hasBurst', which, number)
      await until(hasCome('first'), 'the burst has come')
      await network.call('resume', 'stallers')
      await until(hasCome('all'), 'the burst has come to the readers that have stalled')
      early = (await endpoint.call<ProcessState>('state')).held
    },
    'readers follow more': () => readers.call('add'),
    async 'the upstream restarts'() {
      await upstream.kill()
      upstream = await startUpstream(1)
      await upstream.call('begin', pace)
    },
  }
  const cut = await cutConnections(load, network, Object.values(events))

  await upstream.call('stop')
  const last = await upstream.call('last')
  let behind: string[] = []
  const isUpToDate = async (): Promise<boolean> => {
    behind = await readers.call<string[]>('behind', last)
    return behind.length === 0
  }
  // Readers of a broken endpoint may never be up to date.
  if (fault === '') await until(isUpToDate, '').catch(() => {})
  else await isUpToDate()
  const { held: late } = await endpoint.call<ProcessState>('state')

  errors.push(...(await readers.call<string[]>('leave')))
  const left = async (): Promise<LiveOutcome['left']> => ({
    endpoint: await endpoint.call('open'),
    upstream: await upstream.call('open'),
    network: await network.call('open'),
    sockets: Math.max(0, (await readers.call<ProcessState>('state')).sockets - sockets),
  })
  const isOver = async (): Promise<boolean> =>
    Object.values(await left()).every((count) => count === 0)
  await until(isOver, '').catch(() => {})
  errors.push(...(await endpoint.call<string[]>('errors')))
  const outcome = await readers.call<{ unhandled: string[]; readers: ReaderOutcome[] }>('outcome')
  errors.push(...outcome.unhandled)
  return { readers: outcome.readers, cut, behind, errors, held: [early, late], left: await left() }
}

function url(port: number): string {
  return `http://127.0.0.1:${port}/api/live`
}

/** Cuts connections at seeded moments. The events come in between, while no connection is cut. */
async function cutConnections(
  { seconds, cuts, seed, readers }: LiveLoad,
  network: Program,
  events: (() => Promise<void>)[],
): Promise<LiveOutcome['cut']> {
  const random = new Random(seed)
  const sum = { upstream: 0, readers: 0 }
  const usual: readonly CutKind[] = ['fin', 'rst', 'in an event']
  for (let at = 0; at < cuts; at += 1) {
    await delay(random.below((2000 * seconds) / cuts))
    const part = cuts / (events.length + 1)
    if (at > 0 && Math.floor(at / part) > Math.floor((at - 1) / part)) {
      await events[Math.floor(at / part) - 1]?.()
    }
    const isUpstream = at % 10 === 4
    const hop = isUpstream ? 'upstream' : random.chance(0.1) ? 'stallers' : 'readers'
    const kind = random.pick(hop === 'readers' ? [...usual, 'silence' as const] : usual)
    const most = isUpstream ? 1 : Math.ceil(readers / 10)
    const numbers = Array.from({ length: 1 + random.below(most) }, () => random.below(1e6))
    const count = await network.call<number>('cut', hop, kind, numbers)
    sum[isUpstream ? 'upstream' : 'readers'] += count
  }
  return sum
}

/** Waits until something holds. @throws Error if that takes too long */
async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + patience
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`This did not happen in time: ${what}`)
    await delay(100)
  }
}
