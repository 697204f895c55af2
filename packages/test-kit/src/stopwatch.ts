import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'

/**
 * A clock for promises in ms, which must hold on a busy machine too. It leaves out the time for which the machine
 * kept this process, or a process that it started, waiting for a processor.
 */
export interface Stopwatch {
  /** ms since the start, without the lateness. */
  readonly ms: number
  /** ms for which these processes waited for a processor, added up. Linux measures it; elsewhere it is 0. */
  readonly lateness: number
}

export function startStopwatch(): Stopwatch {
  const start = performance.now()
  const before = waits()
  const lateness = (): number => {
    let sum = 0
    for (const [pid, threads] of waits()) {
      // The threads of a process usually wait at the same time.
      const ofThreads = [...threads].map(([tid, ms]) => ms - (before.get(pid)?.get(tid) ?? 0))
      sum += Math.max(0, ...ofThreads)
    }
    return sum
  }
  return {
    get ms() {
      return performance.now() - start - lateness()
    },
    get lateness() {
      return lateness()
    },
  }
}

/** For each process of the test, and each of its threads, the ms that it has waited for a processor so far. */
function waits(): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>()
  for (const pid of processes()) {
    const folder = `/proc/${pid}/task`
    const ofThreads = list(folder).map((tid): [string, number] => {
      // The numbers are ns on a processor, ns waiting for one, and turns.
      const [, waited] = read(`${folder}/${tid}/schedstat`).split(' ')
      return [tid, Number(waited ?? 0) / 1e6]
    })
    found.set(pid, new Map(ofThreads))
  }
  return found
}

/** Returns the ids of this process, of those that it started, of those that these started, and so on. */
function processes(): string[] {
  const childrenOf = new Map<string, string[]>()
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name))) {
    // The name of a program, in parentheses, may contain spaces and parentheses.
    const [, parent = ''] = /^.*\) \S (\d+)/s.exec(read(`/proc/${pid}/stat`)) ?? []
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid])
  }
  const own = [String(process.pid)]
  for (const pid of own) own.push(...(childrenOf.get(pid) ?? []))
  return own
}

/** Returns the names in a folder. There are none if the process has ended, or on other systems than Linux. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
