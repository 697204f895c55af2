import { Program, withProgram } from '../loopback/child.ts'
import type { BroadcasterName } from './broadcasters.ts'
import { type Market, round } from './quotes.ts'
import type { ReadersRequest } from './readers.ts'
import type { ServerRequest } from './server.ts'

interface Crowd {
  market: Market
  readers: number
}

export interface FanOut extends Crowd {
  /** Readers that stop reading, besides the others. */
  stalled: number
  /** How often every reader gets five events, before the clock starts and after it. */
  warmUps: number
  rounds: number
  /** Events that are there at the same time. */
  burst: number
}

const events = 5

/** Sends events to many readers. Returns the deliveries in a second of the server's CPU time. */
export function fanOut(name: BroadcasterName, options: FanOut): Promise<number> {
  const { market, readers, stalled, warmUps, rounds, burst } = options
  return withCrowd(name, async (server, crowd) => {
    const send = async (from: number, to: number): Promise<void> => {
      const numbers = { from: from * round[market], to: to * round[market] }
      await server.ask<void>({ kind: 'send', market, burst, ...numbers } satisfies ServerRequest)
      await crowd.ask<void>({ kind: 'read', events: to * events } satisfies ReadersRequest)
    }
    const cpu = (): Promise<number> => server.ask({ kind: 'cpu' } satisfies ServerRequest)
    await open(crowd, { market, from: 0, to: stalled, isStalled: true })
    await open(crowd, { market, from: stalled, to: stalled + readers })
    await send(0, warmUps)
    const before = await cpu()
    await send(warmUps, warmUps + rounds)
    const seconds = ((await cpu()) - before) / 1e6
    return (readers * rounds * events) / seconds
  })
}

/** Holds many readers, which then get events. Returns the bytes of the server's heap that one of them takes. */
export function weigh(name: BroadcasterName, { market, readers }: Crowd): Promise<number> {
  // The first readers make the server load and compile code. That does not count for the others.
  const first = 20
  return withCrowd(name, async (server, crowd) => {
    const heap = (): Promise<number> => server.ask({ kind: 'weigh' } satisfies ServerRequest)
    await open(crowd, { market, from: 0, to: first })
    const before = await heap()
    await open(crowd, { market, from: first, to: first + readers })
    const all = { kind: 'send', market, from: 0, to: round[market], burst: 1 } as const
    await server.ask<void>(all satisfies ServerRequest)
    await crowd.ask<void>({ kind: 'read', events } satisfies ReadersRequest)
    return ((await heap()) - before) / readers
  })
}

function open(crowd: Program, readers: Omit<ReadersRequest & { kind: 'open' }, 'kind'>) {
  return crowd.ask<void>({ kind: 'open', ...readers } satisfies ReadersRequest)
}

/** A server, and another process with its readers. */
function withCrowd<T>(
  name: BroadcasterName,
  use: (server: Program, crowd: Program) => Promise<T>,
): Promise<T> {
  return withProgram(new URL('./server.ts', import.meta.url), [name], async (server) => {
    const port = await server.next<number>()
    return withProgram(new URL('./readers.ts', import.meta.url), [`${port}`], (crowd) =>
      use(server, crowd),
    )
  })
}
