import type { VecTradeOptions } from '@vectrade/core'
import { delay } from '@vectrade/test-kit'
import { type Cell, type Limit, nameOf } from './cell.ts'
import { portsNotClosed } from './left-sockets.ts'
import type { Report, Task } from './programs/play-cells.ts'
import { LoopDelay } from '../loop-delay.ts'
import { processorTime } from '../processor-time.ts'
import { runProgram } from './run-program.ts'
import type { Platform } from './platforms.ts'
import { type CellServer, startCell } from './start-cell.ts'

/** The number of cells that are played at the same time. */
const workers = 8
/** ms: the limit that ends a cell, and the limits that must not end it. */
const limits = { short: 1_000, long: 10_000 }
/** ms that a server waits before a fault, so that the client reads what came before. */
const timeToRead = 30
/** The most times that a cell is repeated because the machine was busy. */
const mostReplays = 3
/** The most ms from the death of a process until it is noticed. */
const aftermath = 300
/** ms after the end of a cell by which its sockets must be closed; workerd looks after 5 s whether they are. */
export const socketsLast = 8_000

/** The observations of one cell. */
export interface Played {
  readonly cell: Cell
  readonly server: CellServer
  /** The number of requests before the cell was last started. */
  requestsBefore: number
  /** Undefined if the process died of the cell. */
  report?: Report
  /** When the cell ended, by `performance.now()`. */
  endedAt?: number
  /** ms for which this process, the server, could not run while the cell was played. */
  serverLate: number
  /** How often the cell was repeated because of that. */
  replays: number
  /** The last output of the process that died of the cell. */
  died?: string
  /** ms after the cell for which its sockets were open; Infinity if they stayed. */
  socketsOpenFor: number
}

/** The observations of a platform. */
export interface PlayedMatrix {
  readonly platform: Platform
  readonly played: readonly Played[]
  /** Incidents that belong to no single cell: unhandled rejections, deaths of a process with several cells. */
  readonly incidents: readonly string[]
}

/**
 * Plays cells inside a platform. If a process dies, its unfinished cells are played again, each in a separate
 * process. Another process plays the rest.
 */
export async function playMatrix(
  platform: Platform,
  cells: readonly Cell[],
): Promise<PlayedMatrix> {
  const played = await Promise.all(
    cells.map(async (cell): Promise<Played> => {
      const nothing = { requestsBefore: 0, serverLate: 0, replays: 0, socketsOpenFor: 0 }
      return { cell, server: await startCell(cell), ...nothing }
    }),
  )
  const incidents: string[] = []
  const queue = [...played.keys()]
  try {
    while (queue.length > 0) {
      const { died, underWay } = await playQueue(platform, played, queue, workers, incidents)
      if (died === undefined) break
      if (underWay.length === 0) throw new Error(died)
      const alone = await Promise.all(
        underWay.map(async (id) => {
          const again = await playQueue(platform, played, [id], 1, incidents)
          if (again.died !== undefined) played[id]!.died = again.died
          return again.died
        }),
      )
      const isFound = alone.some((end) => end !== undefined)
      if (!isFound) incidents.push(`died during ${names(played, underWay)}: ${died}`)
    }
    return { platform, played, incidents }
  } finally {
    for (const { server } of played) server.close()
  }
}

/** Runs one process, which takes its cells from a queue. */
async function playQueue(
  platform: Platform,
  played: readonly Played[],
  queue: number[],
  atOnce: number,
  incidents: string[],
): Promise<{ died: string | undefined; underWay: number[] }> {
  const underWay = new Set<number>()
  const ended: Played[] = []
  const own = new LoopDelay(processorTime, () => {})
  const died = await runProgram(platform, atOnce, async (path, body) => {
    if (path === '/next') {
      const id = queue.shift()
      if (id === undefined) return null
      underWay.add(id)
      const begun = played[id]!
      begun.requestsBefore = begun.server.requests
      begun.serverLate = own.total
      return taskOf(id, begun)
    }
    if (path === '/report') {
      const report = body as Report
      underWay.delete(report.id)
      const one = played[report.id]!
      Object.assign(one, {
        report,
        endedAt: performance.now(),
        serverLate: own.total - one.serverLate,
      })
      ended.push(one)
      if (isFromLoad(one) && one.replays < mostReplays) {
        one.replays += 1
        queue.push(report.id)
      }
    }
    if (path === '/unhandled') {
      const { what } = body as { what: string }
      incidents.push(`unhandled, during ${names(played, [...underWay])}: ${what}`)
    }
    if (path === '/sockets') await socketsClosed(ended)
    return {}
  })
  own.stop()
  if (died === undefined) return { died, underWay: [] }
  // A process may also die of events on a connection after its cell has ended.
  const now = performance.now()
  const recent = [...played.keys()].filter((id) => {
    const { server } = played[id]!
    return ended.includes(played[id]!) && (server.open > 0 || now - server.lastClosed < aftermath)
  })
  return { died, underWay: [...underWay, ...recent] }
}

/**
 * Whether a busy machine may have caused the outcome, so that it proves nothing and the cell is repeated. A server that
 * could not run was silent itself. A client that could not run had no time to read what came before the fault, and a
 * runtime may drop that when a connection fails.
 */
function isFromLoad({ report, cell, serverLate }: Played): boolean {
  if (report === undefined || cell.expected.includes(report.outcome)) return false
  const isTimeout = /^(call \d+: )?TimeoutError/.test(report.outcome)
  return isTimeout ? serverLate >= limits.short / 4 : report.late >= timeToRead
}

/** Resolves when all sockets of ended cells are closed, or one has been open for too long. */
async function socketsClosed(ended: readonly Played[]): Promise<void> {
  for (;;) {
    const ports = await portsNotClosed()
    const open = ended.filter(({ server }) => server.open > 0 || ports.has(server.port))
    const now = performance.now()
    const last = Math.max(0, ...ended.map(({ endedAt = now }) => endedAt))
    if (open.length > 0 && now - last < socketsLast) {
      await delay(50)
      continue
    }
    for (const one of ended) {
      const { server, endedAt = now } = one
      one.socketsOpenFor = open.includes(one) ? Infinity : Math.max(0, server.lastClosed - endedAt)
    }
    return
  }
}

function taskOf(id: number, { cell, server }: Played): Task {
  const { mode = 'stream', calls = 1, slowly = false, maxRetries = 0, maxEventBytes } = cell
  const ms = (limit: Limit): number => (cell.limit === limit ? limits.short : limits.long)
  const target: VecTradeOptions =
    mode === 'resume'
      ? { endpoint: `${server.origin}/analyze` }
      : { baseURL: `${server.origin}/v1`, apiKey: 'vq_fault_matrix' }
  const options: VecTradeOptions = {
    ...target,
    timeout: ms('timeout'),
    idleTimeout: ms('idleTimeout'),
    heartbeatTimeout: ms('heartbeatTimeout'),
    maxRetries,
    ...(maxEventBytes === undefined ? {} : { maxEventBytes }),
  }
  // Between two attempts there are some 500 ms.
  const headers = ms('timeout') + maxRetries * (ms('timeout') + 1_000)
  const body = Math.min(ms('idleTimeout'), ms('heartbeatTimeout'))
  // A resumed call waits for headers again.
  const waits = { headers, body: mode === 'resume' ? body + headers : body }
  return { id, mode, calls, slowly, options, waits }
}

function names(played: readonly Played[], ids: readonly number[]): string {
  return ids.map((id) => `'${nameOf(played[id]!.cell)}'`).join(', ')
}
